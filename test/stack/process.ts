/** Starts server processes for tests, benchmarks and the demo, and ends them by pid. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** A server that was started. */
export interface Running {
  readonly pid: number;
  /** Ends it and waits until it is gone. Can be called twice. */
  stop(): Promise<void>;
  /** Freezes it (SIGSTOP): it still accepts connections but never answers. */
  pause(): void;
  resume(): void;
}

export interface ProcessOptions {
  /** For messages and the log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its own folder. Its output goes to `<folder>/<name>.log`. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Resolves if the server answers. Called repeatedly until it does. */
  readonly ready: () => Promise<unknown>;
  /** Milliseconds to wait for `ready`. */
  readonly readyWithinMs?: number;
  /** Whether its child processes belong to the server: signals then go to the whole process group. */
  readonly hasChildren?: true;
  /** The signal that asks it to end. SIGTERM by default; SIGKILL follows if it does not end. */
  readonly stopSignal?: NodeJS.Signals;
}

/**
 * Ids of the processes that were started and have not ended. Each leads a process group, which leftovers.ts ends on
 * exit.
 */
export const living = new Set<number>();

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;

/**
 * Starts a server and waits until it is ready.
 *
 * @throws Error with the end of its log, if it ends before it is ready, or is not ready in time.
 */
export async function startProcess(options: ProcessOptions): Promise<Running> {
  const { name, command, args, folder, ready } = options;
  await mkdir(folder, { recursive: true });
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  // In its own process group (`detached`), so that Ctrl-C reaches only the demo, which then ends its servers in order.
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', log, log],
    detached: true,
    ...(options.uid !== undefined && { uid: options.uid }),
    ...(options.gid !== undefined && { gid: options.gid }),
  });
  closeSync(log);
  let gone = false;
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      gone = true;
      if (child.pid !== undefined) living.delete(child.pid);
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  const { pid } = child;
  if (pid === undefined) {
    await exited;
    throw new Error(`${name}: cannot start ${command}`);
  }
  living.add(pid);
  const signal = (signal: NodeJS.Signals) => {
    if (options.hasChildren === true) signalGroup(pid, signal);
    else if (!gone) process.kill(pid, signal);
  };
  const running: Running = {
    pid,
    async stop() {
      signal('SIGCONT');
      signal(options.stopSignal ?? 'SIGTERM');
      const kill = setTimeout(() => {
        signal('SIGKILL');
      }, STOP_WITHIN_MS);
      await exited;
      clearTimeout(kill);
      if (options.hasChildren === true) signal('SIGKILL'); // they may outlive their parent
    },
    pause: () => {
      signal('SIGSTOP');
    },
    resume: () => {
      signal('SIGCONT');
    },
  };

  const giveUpAt = Date.now() + (options.readyWithinMs ?? READY_WITHIN_MS);
  for (;;) {
    // The event `exit` arrives only while this loop awaits something, so this is checked in each round.
    if (hasEnded()) throw new Error(`${name} ended before it was ready:\n${tail(logFile)}`);
    try {
      await ready();
      return running;
    } catch (error) {
      if (Date.now() > giveUpAt) {
        await running.stop();
        throw new Error(`${name} was not ready in time:\n${tail(logFile)}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function hasEnded(): boolean {
    return gone;
  }
}

/** Does nothing if nobody in the group lives any more. */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Below the range that systems use for outgoing connections, one of which could take a port before its server does. */
const PORTS = { from: 10_000, to: 32_000 } as const;
const ATTEMPTS = 100;
const given = new Set<number>();

/** A loopback TCP port that is free now, and that this function has not returned before in this process. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error('no free port');
}

/** Whether a server could listen on the loopback TCP port. */
export function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Rejects unless something accepts TCP connections on the loopback port. */
export async function acceptsTcp(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n');
}
