/**
 * Asks a Healthgate endpoint for its report: `import { isReady, fetchReport } from 'healthgate/client'`. Runs in
 * browsers, Node.js, workers and Lambda functions. It imports nothing, and everything that it reads has a bound.
 */

const VERDICTS: readonly Verdict[] = ['working', 'degraded', 'failing'];

export type Verdict = 'working' | 'degraded' | 'failing';

/** The result of one check. */
export interface CheckStatus {
  /** `working`, or `<Error>: <message>`. */
  readonly status: string;
  /** Seconds, with three decimals. */
  readonly response_time: string;
}

/** The checks of the namespace, or of the part that was asked for, by their names. */
export type ReportTree = CheckStatus | { readonly [name: string]: ReportTree };

export interface HealthReport {
  /** HTTP status: 200, or the namespace's `failing_status`. */
  readonly status: number;
  readonly verdict: Verdict;
  readonly tree: ReportTree;
}

/** The part of an answer that is used: every `Response` has it. */
export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }> } } | null;
}

export interface RequestSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

export interface ReportOptions {
  /** Sent in a header, because servers on the way log URLs. */
  readonly token?: string | undefined;
  /** Milliseconds until the whole answer must be there; 31,000 unless set, which is longer than any run. */
  readonly timeoutMs?: number | undefined;
  /** Calls the request off. */
  readonly signal?: AbortSignal | undefined;
  /** Sends the request; the platform's `fetch` unless set. */
  readonly fetch?: ((url: string, settings: RequestSettings) => Promise<Answer>) | undefined;
}

/** As in the reports of Healthgate. `AuthError` also stands for a namespace that does not exist. */
export type ReportErrorCode =
  'AbortedError' | 'AuthError' | 'ConfigurationError' | 'ConnectionError' | 'TimeoutError' | 'UnhealthyError';

/** There is no report. The message holds neither the URL nor the token. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  readonly code: ReportErrorCode;
  /** HTTP status, if there was an answer. */
  readonly status: number | undefined;
  /** The verdict, if the answer named one without a report in JSON. */
  readonly verdict: Verdict | undefined;

  constructor(code: ReportErrorCode, message: string, cause?: unknown, status?: number, verdict?: Verdict) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.verdict = verdict;
  }
}

/** Characters of a report: several times as long as the longest one. */
const MAX_LENGTH = 2 ** 22;
/** Deeper than any document. */
const MAX_LEVELS = 32;
/** The longest that a timer can be set to. */
const MAX_MS = 2 ** 31 - 1;

/** Whether the namespace is working or degraded. False for everything else, also without an answer. Never rejects. */
export async function isReady(url: string | URL, options?: ReportOptions): Promise<boolean> {
  return fetchReport(url, options).then(
    ({ verdict }) => verdict !== 'failing',
    () => false,
  );
}

/**
 * Asks for a report. A report of a failing namespace is a report: only where there is none, this rejects. Redirects are
 * not followed, so that the token reaches no other server.
 *
 * @throws ReportError
 */
export async function fetchReport(url: string | URL, options: ReportOptions = {}): Promise<HealthReport> {
  const { token, timeoutMs = 31_000, signal, fetch: send = fetch } = options;
  const href = hrefOf(url);
  if (token && !/^[!-~]+$/.test(token)) throw mistake('invalid token');
  if (!(timeoutMs > 0)) throw mistake('invalid timeoutMs');

  const controller = new AbortController();
  const stop = () => {
    controller.abort();
  };
  const timer = setTimeout(stop, Math.min(timeoutMs, MAX_MS));
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop);
  const headers = { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  try {
    return await reportIn(await send(href, { headers, redirect: 'manual', signal: controller.signal }));
  } catch (cause) {
    if (signal?.aborted) throw new ReportError('AbortedError', 'called off', cause);
    if (controller.signal.aborted) throw new ReportError('TimeoutError', `no answer within ${timeoutMs} ms`, cause);
    if (cause instanceof ReportError) throw cause;
    throw new ReportError('ConnectionError', 'request failed', cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    stop(); // lets go of a body that nobody reads
  }
}

const mistake = (message: string) => new ReportError('ConfigurationError', message);

/** In a browser, the URL may be relative to that of the page. */
function hrefOf(url: string | URL): string {
  try {
    const { location } = globalThis as { readonly location?: { readonly href: string } };
    const { protocol, username, password, href } = new URL(url, location?.href);
    if (/^https?:$/.test(protocol) && !(username + password)) return href;
  } catch {
    // The error holds the URL, and with it perhaps a token.
  }
  throw mistake('expected an http(s) URL without a user');
}

async function reportIn({ status, headers, body }: Answer): Promise<HealthReport> {
  const verdict = VERDICTS.find((one) => one === headers.get('x-health-status'));
  const noReport = (why: string) => {
    const code = [401, 403, 405].includes(status) ? 'AuthError' : 'UnhealthyError';
    return new ReportError(code, `no report: ${why}`, undefined, status, verdict);
  };
  // Browsers show a redirect that they do not follow as status 0.
  const isRedirect = status < 200 || (status > 299 && status < 400);
  if (isRedirect || !verdict || !body) throw noReport(`status ${status}`);

  const reader = body.getReader();
  const decoder = new TextDecoder();
  let [text, isEnd] = ['', false];
  while (!isEnd) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    if (text.length > MAX_LENGTH) throw noReport('too long');
    isEnd = done;
  }
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    // Not a tree either.
  }
  if (!isTree(tree, MAX_LEVELS)) throw noReport('other JSON');
  return { status, verdict, tree };
}

function isTree(value: unknown, levels: number): value is ReportTree {
  if (typeof value !== 'object' || !value || Array.isArray(value) || !levels) return false;
  const { status, response_time } = value as Record<string, unknown>;
  return typeof status === 'string'
    ? typeof response_time === 'string'
    : Object.values(value).every((part) => isTree(part, levels - 1));
}
