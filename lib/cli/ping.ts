import { setTimeout as sleep } from 'node:timers/promises';
import { fetchReport, ReportError } from '../client.ts';
import type { ReportOptions } from '../client.ts';
import { send, webTarget } from '../clients/http/request.ts';
import type { HttpRequest } from '../clients/http/request.ts';
import { within } from '../engine/deadline.ts';
import { CheckError, codeOf } from '../errors.ts';
import { EXIT, numberOf, UsageError } from './command.ts';
import type { Command, Input, Terminal } from './command.ts';

const MAX_ATTEMPTS = 10_000;
const MAX_SECONDS = 3600;

export const ping: Command = {
  arguments: [{ name: 'URL', help: 'any http: or https: URL that answers GET with 2xx when all is well' }],
  options: {
    attempts: { type: 'string', value: 'N', help: 'number of attempts (3)' },
    timeout: {
      type: 'string',
      value: 'SECONDS',
      help: 'time limit of one attempt, including the body of the answer (3)',
    },
    'min-successful': { type: 'string', value: 'N', help: 'how many attempts must succeed (1)' },
    interval: { type: 'string', value: 'SECONDS', help: 'pause between two attempts (1)' },
  },
  notes: `Redirects are not followed, and each attempt opens a new connection. The list of processes shows arguments,
so keep the token out of the URL: HEALTHGATE_TOKEN in the environment is sent as Authorization: Bearer.
The output shows no token, no user info and no query.

Exit code 0 if enough attempts succeeded, otherwise 1; 2 usage. Ctrl-C ends it and counts the finished attempts.`,
  example: 'HEALTHGATE_TOKEN=… healthgate ping https://status.example/api/health/ --attempts 5',

  async run(input, terminal) {
    const url = urlIn(input);
    const attempts = numberOf(input, 'attempts', { preset: 3, min: 1, max: MAX_ATTEMPTS, integer: true });
    const minSuccessful = numberOf(input, 'min-successful', { preset: 1, min: 1, max: attempts, integer: true });
    const timeoutMs = 1000 * numberOf(input, 'timeout', { preset: 3, min: 0.001, max: MAX_SECONDS });
    const intervalMs = 1000 * numberOf(input, 'interval', { preset: 1, min: 0, max: MAX_SECONDS });
    const token = tokenFrom(terminal);

    terminal.out(`ping ${maskUrl(url)}\n`);
    const done: Attempt[] = [];
    while (done.length < attempts && !terminal.signal.aborted) {
      if (done.length > 0) await pause(intervalMs, terminal.signal);
      const attempt = await attemptOnce({ url, token, timeoutMs }, terminal.signal);
      if (attempt === undefined) break;
      done.push(attempt);
      terminal.out(`${done.length}/${attempts}  ${attempt.outcome}  ${Math.round(attempt.latencyMs)} ms\n`);
    }
    terminal.out(`${summarize(done)}\n`);
    if (token === undefined && isEndpoint(url) && done.some(({ status = 0 }) => LACKS_TOKEN.has(status)))
      terminal.err('no token was sent: set HEALTHGATE_TOKEN in the environment\n');
    return done.filter(({ isSuccess }) => isSuccess).length >= minSuccessful ? EXIT.ok : EXIT.failing;
  },
};

export interface Attempt {
  readonly isSuccess: boolean;
  /** `200 working`, or `<Error>: <message>`. */
  readonly outcome: string;
  /** Milliseconds until the answer was read, or until the attempt failed. */
  readonly latencyMs: number;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
}

/** The loss, and the average latency of the successful attempts. */
export function summarize(attempts: readonly Attempt[]): string {
  const successes = attempts.filter(({ isSuccess }) => isSuccess);
  if (attempts.length === 0) return 'no attempt was finished';
  const lost = attempts.length - successes.length;
  const loss = `loss ${Math.round((100 * lost) / attempts.length)} % (${lost} of ${attempts.length})`;
  const total = successes.reduce((sum, { latencyMs }) => sum + latencyMs, 0);
  return successes.length === 0 ? loss : `${loss}, average latency ${Math.round(total / successes.length)} ms`;
}

/** The URL without its possibly secret parts: user info, the token of our own endpoint, query and fragment. */
export function maskUrl(url: string): string {
  const { protocol, username, password, host, pathname, search } = new URL(url);
  const userInfo = username + password === '' ? '' : '***@';
  const path = pathname.replace(/(\/api\/health\/)[^/]+/, '$1***').replace(/hg_[^/]+/g, '***');
  return `${protocol}//${userInfo}${host}${path}${search === '' ? '' : '?***'}`;
}

/** What our own endpoint answers without a token. */
const LACKS_TOKEN: ReadonlySet<number> = new Set([404, 405]);

/** Whether the URL is that of our own endpoint, without a token in it. */
function isEndpoint(url: string): boolean {
  return /\/api\/health\/?$/.test(new URL(url).pathname);
}

function urlIn({ positionals }: Input): string {
  const [url, ...more] = positionals;
  if (url === undefined) throw new UsageError('which URL?');
  if (more.length > 0) throw new UsageError('expected one URL');
  // The message does not repeat it: it may contain a token.
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new UsageError('expected a URL that begins with http:// or https://');
  return new URL(url).href;
}

function tokenFrom({ env }: Terminal): string | undefined {
  const token = env.HEALTHGATE_TOKEN?.trim() ?? '';
  if (token === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError('HEALTHGATE_TOKEN contains characters that are not allowed in a token');
}

interface Asked {
  readonly url: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
}

/** Undefined if Ctrl-C cut the attempt short. Never rejects. */
async function attemptOnce({ url, token, timeoutMs }: Asked, outer: AbortSignal): Promise<Attempt | undefined> {
  const start = performance.now();
  const attempt = (isSuccess: boolean, outcome: string, status?: number) => ({
    isSuccess,
    outcome,
    latencyMs: performance.now() - start,
    ...(status !== undefined && { status }),
  });
  try {
    const { status, verdict } = await within(
      { limitMs: timeoutMs, signal: outer, from: webTarget('http', url) },
      (signal) => ask(url, token, signal),
    );
    return attempt(status >= 200 && status <= 299, `${status} ${verdict ?? ''}`.trim(), status);
  } catch (error) {
    if (outer.aborted) return undefined;
    if (error instanceof CheckError) return attempt(false, `${error.code}: ${error.message}`);
    return attempt(false, `UnexpectedError: ${codeOf(error) ?? 'no code'}`);
  }
}

/** Any URL can be asked, so an answer that is no report is an answer too. */
async function ask(url: string, token: string | undefined, signal: AbortSignal): Promise<Answered> {
  const bare = new URL(url);
  bare.username = bare.password = '';
  try {
    // `within` has the time limit.
    return await fetchReport(bare, { token, signal, timeoutMs: Infinity, fetch: onNewConnection(url) });
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    const { status, verdict, cause } = error;
    if (status === undefined) throw cause instanceof Error ? cause : error;
    return { status, verdict };
  }
}

type Answered = Pick<ReportError, 'verdict'> & { readonly status: number };

/** A ping proves that a new connection works. The platform's `fetch` has none: it keeps its connections. */
function onNewConnection(url: string): ReportOptions['fetch'] {
  return async (_bare, { headers, signal }) => {
    const request: HttpRequest = { kind: 'http', url, method: 'GET', headers, readsBody: true };
    const { status, headers: given, body } = await send(request, { signal, stage: () => undefined }, () => true);
    return {
      status,
      headers: { get: (name) => given[name]?.toString() ?? null },
      body: new Blob([new Uint8Array(body)]).stream(),
    };
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined); // cut short by Ctrl-C
}
