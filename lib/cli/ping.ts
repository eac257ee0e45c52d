import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../engine/deadline.ts';
import { Stages } from '../engine/stages.ts';
import type { BeginStage } from '../engine/stages.ts';
import { CheckError, codeOf } from '../errors.ts';
import { EXIT, numberOf, UsageError } from './command.ts';
import type { Command, Terminal } from './command.ts';
import type { PingTarget } from './ping-target.ts';
import { targetOf } from './ping-targets.ts';

const ATTEMPTS = { preset: 3, min: 1, max: 10_000, integer: true };
const MIN_SUCCESSFUL = { ...ATTEMPTS, preset: 1 };
const TIMEOUT = { preset: 3, min: 0.001, max: 3600 };
const INTERVAL = { preset: 1, min: 0, max: 3600 };

export const ping: Command = {
  arguments: [
    {
      name: '[flow|gateway|executor]',
      help: 'which part of Jina the URL leads to',
      words: ['flow', 'gateway', 'executor'],
    },
    {
      name: 'URL',
      help:
        'http:, https: must answer GET with 2xx when all is well; grpc:, grpcs: are asked for\n' +
        'their health; ws:, wss: must answer a ping. A part of Jina may be any of them, or host:port',
    },
  ],
  options: {
    attempts: { type: 'string', value: 'N', help: 'number of attempts', number: ATTEMPTS },
    timeout: {
      type: 'string',
      value: 'SECONDS',
      help: 'time limit of one attempt, including the body of the answer',
      number: TIMEOUT,
    },
    'min-successful': { type: 'string', value: 'N', help: 'how many of them must succeed', number: MIN_SUCCESSFUL },
    interval: { type: 'string', value: 'SECONDS', help: 'pause between two attempts', number: INTERVAL },
  },
  notes: `Redirects are not followed, and each attempt opens a new connection. The list of processes shows arguments,
so keep the token out of the URL: HEALTHGATE_TOKEN in the environment is sent as Authorization: Bearer.
Parts of Jina are asked as jina ping asks them: a flow by a dry run, the others for their health.
The output shows no token, no user info and no query.

Exit code 0 if enough attempts succeeded, otherwise 1; 2 usage. Ctrl-C ends it and counts the finished attempts.`,
  example: 'HEALTHGATE_TOKEN=… healthgate ping https://status.example/api/health/ --attempts 5',

  async run(input, terminal) {
    const attempts = numberOf(input, 'attempts', ATTEMPTS);
    const minSuccessful = numberOf(input, 'min-successful', { ...MIN_SUCCESSFUL, max: attempts });
    const timeoutMs = 1000 * numberOf(input, 'timeout', TIMEOUT);
    const intervalMs = 1000 * numberOf(input, 'interval', INTERVAL);
    const token = tokenFrom(terminal);
    const { url, role, target } = targetOf(input.positionals, token);

    terminal.out(`ping ${role}${maskUrl(url)}\n`);
    const done: Attempt[] = [];
    while (done.length < attempts && !terminal.signal.aborted) {
      if (done.length > 0) await pause(intervalMs, terminal.signal);
      const attempt = await attemptOnce(target, timeoutMs, terminal.signal);
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
  readonly status?: number | undefined;
}

/** Python's `%.0f`, with which Jina writes the loss, rounds a half to the even number. */
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0, roundingMode: 'halfEven', useGrouping: false });

/** The loss, and the average latency of the successful attempts, in the words of Jina's own `jina ping`. */
export function summarize(attempts: readonly Attempt[]): string {
  const successes = attempts.filter(({ isSuccess }) => isSuccess);
  if (attempts.length === 0) return 'no attempt was finished';
  const lost = attempts.length - successes.length;
  const loss = `message lost ${WHOLE.format((100 * lost) / attempts.length)}% (${lost}/${attempts.length})`;
  const total = successes.reduce((sum, { latencyMs }) => sum + latencyMs, 0);
  return successes.length === 0 ? loss : `${loss}\navg. latency: ${WHOLE.format(total / successes.length)} ms`;
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
  return /^https?:.*\/api\/health\/?$/.test(url);
}

function tokenFrom({ env }: Terminal): string | undefined {
  const token = env.HEALTHGATE_TOKEN?.trim() ?? '';
  if (token === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError('HEALTHGATE_TOKEN contains characters that are not allowed in a token');
}

/** Undefined if Ctrl-C cut the attempt short. Never rejects. */
async function attemptOnce(target: PingTarget, timeoutMs: number, outer: AbortSignal): Promise<Attempt | undefined> {
  const start = performance.now();
  const stages = new Stages(start);
  const limit = { limitMs: timeoutMs, signal: outer, from: () => target.name + stages.when };
  const stage: BeginStage = (name, when) => {
    stages.begin(name, when);
  };
  try {
    const asked = await within(limit, (signal) => target.ask({ signal, limitMs: timeoutMs, stage }));
    return { ...asked, latencyMs: performance.now() - start };
  } catch (error) {
    if (outer.aborted) return undefined;
    const outcome =
      error instanceof CheckError
        ? `${error.code}: ${error.message}`
        : `UnexpectedError: ${codeOf(error) ?? 'no code'}`;
    return { isSuccess: false, outcome, latencyMs: performance.now() - start };
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined); // cut short by Ctrl-C
}
