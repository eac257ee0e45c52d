/**
 * Execution environments as Lambda creates them: each is a process of the runtime interface client with the artifact.
 * It asks the Runtime API, which is served here, for one event after another:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { close, listen } from '../../lib/http/server.ts';

/** An error as the runtime reports it. */
export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export type Outcome = { readonly answer: unknown } | { readonly error: RuntimeError };

export interface EnvironmentOptions {
  /** Path of the runtime interface client's program. */
  readonly client: string;
  /** Folder of the unpacked artifact. */
  readonly taskRoot: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  /** Environment variables of the function, besides those that Lambda itself sets. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Environment {
  readonly pid: number;
  /** Port of the Runtime API: the only connection that a function at rest has. */
  readonly apiPort: number;
  /**
   * Lets the function handle the event. Rejects when the environment ends first, and at the time limit.
   *
   * @param limitMs Milliseconds that the function may take: what Lambda calls its timeout.
   */
  invoke(event: unknown, limitMs?: number): Promise<Outcome>;
  /** What the function wrote to standard output and standard error. */
  output(): string;
  /** Stops the process until `thaw`, as Lambda does between two events. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly deadline: number;
  readonly settle: (outcome: Outcome) => void;
}

const API = '/2018-06-01/runtime';
const FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:healthgate';

/** The function failed during its initialization. */
export class InitError extends Error {
  override readonly name = 'InitError';
  readonly reported: RuntimeError;

  constructor(reported: RuntimeError) {
    super(reported.errorMessage);
    this.reported = reported;
  }
}

/** Starts an environment. It loads the artifact while the first event is on its way. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const waiting: Invocation[] = [];
  const handled = new Map<string, Invocation>();
  let poll: ServerResponse | undefined;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => (fail = reject));
  ended.catch(() => undefined); // nobody waits for it between two events

  const hand = () => {
    const invocation = poll === undefined ? undefined : waiting.shift();
    if (poll === undefined || invocation === undefined) return;
    handled.set(invocation.id, invocation);
    poll.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(invocation.deadline),
      'lambda-runtime-invoked-function-arn': FUNCTION,
      'lambda-runtime-trace-id': `Root=1-${randomUUID()};Sampled=0`,
    });
    poll.end(invocation.event);
    poll = undefined;
  };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.replace(API, '') ?? '';
    if (path === '/invocation/next') {
      poll = response;
      hand();
      return;
    }
    const body = await textOf(request);
    response.writeHead(202).end();
    if (path === '/init/error') fail(new InitError(JSON.parse(body) as RuntimeError));
    const [, id = '', what] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const invocation = handled.get(id);
    handled.delete(id);
    const value: unknown = body === '' ? undefined : JSON.parse(body);
    if (what !== undefined) invocation?.settle(what === 'error' ? { error: value as RuntimeError } : { answer: value });
  };
  const api = createServer((request, response) => void take(request, response));
  const { host, port } = new URL(await listen(api, '127.0.0.1', 0));

  const child = spawn(process.execPath, [options.client, options.handler], {
    cwd: options.taskRoot,
    env: {
      PATH: process.env.PATH,
      TZ: ':UTC',
      AWS_LAMBDA_RUNTIME_API: host,
      AWS_LAMBDA_FUNCTION_NAME: 'healthgate',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/healthgate',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/01/[$LATEST]0',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      LAMBDA_TASK_ROOT: options.taskRoot,
      _HANDLER: options.handler,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const exited = new Promise((resolve) => child.once('close', resolve));
  void exited.then(() => {
    fail(new Error(`the environment ended:\n${output}`));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the runtime interface client cannot be started');

  return {
    pid,
    apiPort: Number(port),
    output: () => output,
    async invoke(event, limitMs = 29_000) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`no answer within the ${String(limitMs)} ms that the function may take:\n${output}`));
        }, limitMs);
      });
      const done = new Promise<Outcome>((settle) => {
        waiting.push({ id: randomUUID(), event: JSON.stringify(event), deadline: Date.now() + limitMs, settle });
      });
      hand();
      try {
        return await Promise.race([done, late, ended]);
      } finally {
        clearTimeout(timer);
      }
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGKILL');
      await exited;
      api.closeAllConnections();
      await close(api);
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
