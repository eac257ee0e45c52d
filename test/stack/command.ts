/** Runs a command to its end, with a time limit and without a terminal to ask questions on. */
import { spawn } from 'node:child_process';

/** How many characters of a command's output are kept. The end says why it failed. */
const KEPT_OUTPUT = 20_000;

export interface Finished {
  readonly ok: boolean;
  /** The end of its standard output and standard error. */
  readonly output: string;
}

/** Never rejects: `ok` is also false if the command cannot be started or takes longer than `limitMs`. */
export async function runCommand(
  command: string,
  args: readonly string[],
  limitMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // For messages in English, since `reasonIn` reads them.
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
      if (signal === 'SIGKILL') output += `\nkilled after ${String(limitMs / 1000)} s`;
      resolve({ ok: code === 0, output });
    });
  });
}

/** The line of a failed command's output that says why it failed. */
export function reasonIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return (
    lines.findLast((line) => /^(E:|ERROR:|Error:)/.test(line)) ?? lines.findLast((line) => line !== '') ?? 'unknown'
  );
}
