/** Makes sure that no server outlives this process, however the process ends. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { living } from './process.ts';

/**
 * An environment variable that child processes inherit, so that a process that detached itself (RabbitMQ's epmd) is
 * also found.
 */
const MARK = 'HEALTHGATE_STACK_OF';

const POLITE_MS = 3_000;
const LOOK_EVERY_MS = 50;

/** The signals that end this process from outside, each with the exit code that a shell would use. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const folders = new Set<string>();

/**
 * Marks every process that this one starts from now on. When this process exits, ends the marked processes that still
 * run, and removes the folder.
 *
 * @returns A function that removes the folder earlier. Call it when the servers are stopped.
 */
export function cleanUpAtExit(folder: string): () => void {
  process.env[MARK] = String(process.pid);
  if (folders.size === 0) watch('on');
  folders.add(folder);
  return () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    folders.delete(folder);
    if (folders.size === 0) watch('off');
  };
}

function watch(onOrOff: 'on' | 'off'): void {
  process[onOrOff]('exit', cleanUp);
  for (const signal of Object.keys(SIGNALS)) process[onOrOff](signal, exitBySignal);
}

/**
 * Without a listener, a signal would end this process without the event `exit`. Does nothing if something else listens
 * too.
 */
function exitBySignal(signal: keyof typeof SIGNALS): void {
  if (process.listenerCount(signal) === 1) process.exit(SIGNALS[signal]);
}

/** Synchronous, since no asynchronous work runs during the event `exit`. */
function cleanUp(): void {
  signalAll('SIGCONT');
  signalAll('SIGTERM');
  for (let waited = 0; waited < POLITE_MS && leftovers().length > 0; waited += LOOK_EVERY_MS) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
  signalAll('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function signalAll(signal: NodeJS.Signals): void {
  for (const pid of leftovers()) {
    try {
      process.kill(living.has(pid) ? -pid : pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

function leftovers(): number[] {
  return [...new Set([...living, ...marked()])].filter((pid) => !isGone(pid));
}

/** Reads /proc, so it finds nothing on systems other than Linux. There, only the servers themselves are ended. */
function marked(): number[] {
  const mark = `${MARK}=${String(process.pid)}\0`;
  return processIds().filter((pid) => pid !== process.pid && readProc(pid, 'environ').includes(mark));
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/**
 * A process that ended stays in /proc as a zombie until its parent reaps it. The parent is this process, which is busy
 * here.
 */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  return /\) Z /.test(readProc(pid, 'stat'));
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'utf8');
  } catch {
    return ''; // the process is gone, or belongs to another user
  }
}
