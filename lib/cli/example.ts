import { join } from 'node:path';
import { fileStore } from '../vault/stores/file.ts';
import { createToken } from '../document/tokens.ts';

const NAME = 'example';

/**
 * Creates a folder with a namespace that checks the service itself, so that there is something to see before anything
 * is set up.
 *
 * @param url The URL of the service.
 * @returns The namespace's token, and the path of its file.
 */
export async function createExample(folder: string, url: string): Promise<{ token: string; file: string }> {
  const token = createToken(NAME);
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const document = {
    access_tokens: [token],
    checks: {
      service: {
        port: { kind: 'tcp', host, port: Number(port), description: 'The port of this very service' },
        api: {
          kind: 'http',
          url: `${url}/api/health/`,
          expect: { status: 404, json: { detail: 'Not found.' } },
          description: 'Without a token, the endpoint shows nothing',
          depends_on: ['service/port'],
        },
      },
      vault: { kind: 'secrets_manager', description: 'The folder that this document is in' },
    },
  };
  await fileStore(folder).write(NAME, `${JSON.stringify(document, null, 2)}\n`, AbortSignal.timeout(5000));
  return { token, file: join(folder, `${NAME}.json`) };
}
