/** The example namespace: it checks the service itself, so that there is something to see before anything is set up. */
import { applyEdits, modify } from 'jsonc-parser';
import * as v from 'valibot';
import { toPlain } from '../document/json.ts';
import { parseDocument } from '../document/source.ts';
import { createToken, namespaceOf } from '../document/tokens.ts';
import { DocumentError } from '../problem.ts';
import { readDocument } from '../vault/stores/document.ts';
import { fileStore } from '../vault/stores/file.ts';

const NAME = 'example';
const WITHIN_MS = 5000;
const ENDPOINT = '/api/health/';

/** Where it is, in the folder. */
export const EXAMPLE_FILE = `${NAME}.json`;

/** What is left of the example when people have changed the rest. */
const Example = v.object({
  access_tokens: v.array(v.string()),
  checks: v.object({
    service: v.object({
      port: v.object({ kind: v.literal('tcp'), host: v.string(), port: v.number() }),
      api: v.object({ kind: v.literal('http'), url: v.string() }),
    }),
  }),
});

/** Where a service is: what its checks of itself need. */
interface Address {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

function addressOf(url: string): Address {
  const { hostname, port } = new URL(url);
  return { url: `${url}${ENDPOINT}`, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || '80') };
}

/**
 * Creates a folder with the example.
 *
 * @param url The URL of the service.
 * @returns The namespace's token.
 */
export async function createExample(folder: string, serviceUrl: string): Promise<string> {
  const token = createToken(NAME);
  const { url, host, port } = addressOf(serviceUrl);
  const document = {
    access_tokens: [token],
    checks: {
      service: {
        port: { kind: 'tcp', host, port, description: 'The port of this very service' },
        api: {
          kind: 'http',
          url,
          expect: { status: 404, json: { detail: 'Not found.' } },
          description: 'Without a token, the endpoint shows nothing',
          depends_on: ['service/port'],
        },
      },
      vault: { kind: 'secrets_manager', description: 'The folder that this document is in' },
    },
  };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  await fileStore(folder).write(NAME, text, AbortSignal.timeout(WITHIN_MS));
  return token;
}

export interface Opened {
  /** The namespace's token. */
  readonly token: string;
  /** Whether the document was changed to follow the service. */
  readonly isChanged: boolean;
}

/**
 * Makes the example of an earlier start follow the service to another address. Changes nothing else in it.
 *
 * @param url The URL of the service.
 * @returns Undefined if the folder has no example, or it became something else.
 */
export async function openExample(folder: string, url: string): Promise<Opened | undefined> {
  const store = fileStore(folder);
  const signal = AbortSignal.timeout(WITHIN_MS);
  const stored = await readDocument(store, NAME, signal);
  if (stored === undefined || stored.format === 'yaml') return undefined;
  const { text, format } = stored;
  const found = v.safeParse(Example, parsed(text, format));
  if (!found.success) return undefined;
  const { access_tokens: tokens, checks } = found.output;
  const { port, api } = checks.service;
  const token = tokens.find((item) => namespaceOf(item) === NAME);
  if (token === undefined || !isService(api.url, port)) return undefined;

  const now = addressOf(url);
  const isChanged = now.url !== api.url;
  if (isChanged) {
    const edited = [
      { path: ['port', 'host'], value: now.host },
      { path: ['port', 'port'], value: now.port },
      { path: ['api', 'url'], value: now.url },
    ].reduce(
      (left, { path, value }) => applyEdits(left, modify(left, ['checks', 'service', ...path], value, {})),
      text,
    );
    await store.write(NAME, edited, signal);
  }
  return { token, isChanged };
}

function parsed(text: string, format: 'json' | 'jsonc'): unknown {
  try {
    return toPlain(parseDocument(text, format));
  } catch (error) {
    if (error instanceof DocumentError) return undefined; // the overview tells the mistake
    throw error;
  }
}

/** Whether both checks are still of one and the same service. */
function isService(url: string, { host, port }: { readonly host: string; readonly port: number }): boolean {
  if (!url.endsWith(ENDPOINT) || !URL.canParse(url)) return false;
  const then = addressOf(url.slice(0, -ENDPOINT.length));
  return then.url === url && then.host === host && then.port === port;
}
