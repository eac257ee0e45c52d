/** The OpenAPI document of the endpoint, with its URL and the namespace's status for failures. */
import { availableFormats } from '../http/openapi/answers.ts';
import { openApiDocument } from '../http/openapi/document.ts';
import type { Consumer } from './consumer.ts';

export async function openapi(): Promise<Consumer> {
  const formats = await availableFormats();
  return {
    generate({ url, failingStatus }) {
      const document = openApiDocument(formats, { url, failingStatus });
      return [{ name: 'openapi.json', text: `${JSON.stringify(document, undefined, 2)}\n` }];
    },
  };
}
