/**
 * Mattermost's API through its own client library, which knows the routes and the bodies. Its requests are sent by our
 * HTTP: it would call the global `fetch`, which has neither our limits nor our keys for TLS, and keeps its connections.
 */
import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../drivers/index.ts';
import { jsonOf } from '../http/json.ts';
import { send } from '../http/request.ts';
import type { HttpResponse } from '../http/request.ts';
import { refusal } from './refusals.ts';
import type { Asked } from './refusals.ts';
import { baseUrl } from './server.ts';
import type { MattermostServer } from './server.ts';

type Client = InstanceType<Awaited<ReturnType<typeof drivers.mattermost>>['Client4']>;

export interface Call<Schema extends v.GenericSchema> extends Asked {
  readonly token: string | undefined;
  readonly work: (client: Client) => Promise<unknown>;
  /** What the answer must have. */
  readonly schema: Schema;
  /** Called with the token of a session that the answer begins, even if the answer then breaks off. */
  readonly onSession?: (token: string) => void;
}

/** @throws CheckError */
export async function call<Schema extends v.GenericSchema>(
  server: MattermostServer,
  asked: Call<Schema>,
  { signal, stage }: Pick<CheckContext, 'signal' | 'stage'>,
): Promise<v.InferOutput<Schema>> {
  const { Client4 } = await drivers.mattermost();
  signal.throwIfAborted();
  const client = new Client4();
  client.setUrl(baseUrl(server));
  if (asked.token !== undefined) client.setToken(asked.token);
  let answer: { readonly data: v.InferOutput<Schema> } | undefined;
  const transport = async (url: string, options: RequestOptions) => {
    const { method = 'get', body, headers } = client.getOptions(options) as RequestOptions;
    const { ca, cert, key } = server;
    const response = await send(
      {
        kind: 'mattermost',
        url,
        method: method.toUpperCase(),
        headers: lowerCase(headers),
        body,
        readsBody: true,
        onHeaders: ({ token }) => {
          if (typeof token === 'string' && SESSION.test(token)) asked.onSession?.(token);
        },
        ...{ ca, cert, key },
      },
      {
        signal,
        stage: (name, when = `during the ${name}`) => {
          stage(name, `${when}, for the ${asked.what}`);
        },
      },
      () => false,
    );
    if (response.status < 200 || response.status > 299) throw refusal(response, asked);
    answer = { data: read(response, asked) };
    return { data: answer.data, headers: new Map<string, string>(), response: { ok: true } };
  };
  Object.assign(client, { doFetchWithResponse: transport });
  await asked.work(client);
  if (answer === undefined) throw new Error('the library of Mattermost sent nothing');
  return answer.data;
}

/** Before the library gets it, which trusts what the server sends. */
function read<Schema extends v.GenericSchema>(
  response: HttpResponse,
  { schema, what }: Call<Schema>,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, jsonOf(response));
  if (parsed.success) return parsed.output;
  const place = parsed.issues[0].path?.map(({ key }) => String(key)).join('.') ?? '';
  const wrong = place === '' ? 'its JSON is not what Mattermost sends' : `${place} of its JSON is missing or not valid`;
  throw new UnhealthyError(`${response.target} answered the ${what}, but ${wrong}`);
}

/** What the library hands to `fetch`. */
interface RequestOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ids and tokens of sessions have 26 characters. A token from a server becomes a header. */
const SESSION = /^[A-Za-z0-9_-]{1,100}$/;

/** So that none is sent twice, once in our spelling and once in the library's. */
function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** An id becomes a part of a path. */
export const id = v.pipe(v.string(), v.regex(/^[a-z0-9]{1,64}$/));
