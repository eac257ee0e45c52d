import { describe, expect, it } from 'vitest';
import { openApiDocument, describedRoutes } from '../../../lib/http/openapi/document.ts';
import { availableFormats } from '../../../lib/http/openapi/answers.ts';
import { formats } from '../../../lib/formats/index.ts';
import { routes } from '../../../lib/http/routes/index.ts';

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly parameters: { readonly format: { readonly schema: { readonly enum: unknown } } } };
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

const openApi = async (failingStatus?: number) =>
  openApiDocument(await availableFormats(), failingStatus === undefined ? {} : { failingStatus }) as unknown as OpenApi;

describe('the OpenAPI document', () => {
  it('describes every route', () => {
    expect(describedRoutes.map(({ route }) => route)).toEqual(routes);
  });

  it('describes paths of the routes that it says they are of', async () => {
    for (const path of Object.keys((await openApi()).paths)) {
      const request = { method: 'POST', path, query: new URLSearchParams(), headers: {} };
      const services = { vault: {}, reporter: {}, log: {}, publicNamespace: 'prod' } as never;
      const answers = await Promise.all(routes.map(async (route) => route(request, services)));
      expect(
        answers.filter((answer) => answer !== undefined),
        path,
      ).toHaveLength(1);
    }
  });

  it('names every format', async () => {
    const { components, paths } = await openApi();
    const names = formats.map(({ name }) => name);
    expect(components.parameters.format.schema.enum).toEqual(names);
    const types = Object.keys(paths['/api/health/']?.get?.responses['200']?.content ?? {});
    for (const format of formats) {
      const { contentType } = await format.load();
      expect(types).toContain(contentType.split(';')[0]);
    }
  });

  it('has the statuses of the contract, and the failing_status of the namespace', async () => {
    const statuses = async (failing?: number) =>
      Object.keys((await openApi(failing)).paths['/api/health/']?.get?.responses ?? {});
    expect(await statuses()).toEqual(['200', '404', '405', '500', '503']);
    expect(await statuses(418)).toEqual(['200', '404', '405', '418', '500', '503']);
  });

  it('has no bodies for HEAD, and no operation id twice', async () => {
    const operations = Object.values((await openApi()).paths).flatMap((path) => Object.entries(path));
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [method, { responses }] of operations)
      for (const { content } of Object.values(responses)) expect(content === undefined).toBe(method === 'head');
  });
});
