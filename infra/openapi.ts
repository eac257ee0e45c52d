/** The OpenAPI document of the endpoint as infra/openapi.json has it: for any deployment, with the usual settings. */
import { availableFormats } from '../lib/http/openapi/answers.ts';
import { openApiDocument } from '../lib/http/openapi/document.ts';

export async function openApiText(): Promise<string> {
  return JSON.stringify(openApiDocument(await availableFormats()));
}
