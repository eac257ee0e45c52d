/** Sees to it that no server outlives this process, however it ends. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { living } from './process.ts';

/** Inherited by whatever a server starts in turn, so that a process that detached itself (RabbitMQ's epmd) is found too. */
const MARK = 'HEALTHGATE_STACK_OF';

const POLITE_MS = 3_000;
const LOOK_EVERY_MS = 50;

/** By which this process is ended from outside, with what a shell makes of them as exit codes. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const folders = new Set<string>();

/**
 * Marks all processes that this one starts from now on as its own; ends those that are left and removes the folder when this process exits.
 *
 * @returns Removes the folder now, once its servers are stopped.
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

/** A signal that nobody handles would end this process without the event `exit`. */
function exitBySignal(signal: keyof typeof SIGNALS): void {
  if (process.listenerCount(signal) === 1) process.exit(SIGNALS[signal]);
}

/** Synchronous, since nothing else runs any more when a process exits. */
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
      // It ended by itself meanwhile.
    }
  }
}

function leftovers(): number[] {
  return [...new Set([...living, ...marked()])].filter((pid) => !isGone(pid));
}

/** By Linux's list of processes; on other systems only the servers themselves are known. */
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

/** A process that ended stays in the list as a zombie until its parent, which is this busy process, takes note. */
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
    return ''; // gone, or another user's
  }
}
