/** Runs a command to its end, with a time limit and without a terminal to ask on. */
import { spawn } from 'node:child_process';

/** Characters of a command's output that are kept: its end tells why it failed. */
const KEPT_OUTPUT = 20_000;

export interface Finished {
  readonly ok: boolean;
  /** The end of what it wrote to standard output and standard error. */
  readonly output: string;
}

/** Never rejects: a command that cannot be started or takes longer than `limitMs` has not gone well. */
export async function runCommand(
  command: string,
  args: readonly string[],
  limitMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Messages in English, since the reason for a failure is read from them.
    env: { ...process.env, LC_ALL: 'C', ...env },
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ ok: false, output: error.message });
    });
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') output += `\nended after ${String(limitMs / 1000)} s`;
      resolve({ ok: code === 0, output });
    });
  });
}

/** The line of a failed command's output that says why. */
export function reasonIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return (
    lines.findLast((line) => /^(E:|ERROR:|Error:)/.test(line)) ?? lines.findLast((line) => line !== '') ?? 'unknown'
  );
}
