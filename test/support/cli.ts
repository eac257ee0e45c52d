/** The command line as a user runs it: built, and in a process of its own. */
import { spawn } from 'node:child_process';
import { programOf } from '../../lib/cli/program.ts';
import { CLI } from '../stack/product.ts';

/** How a command that was run in this folder names the program. */
export function programIn(folder = process.cwd()): string {
  return programOf(CLI, folder);
}

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command until it ends. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<Finished> {
  return runProgram(process.execPath, [CLI, ...args], options);
}

/** Runs any program until it ends. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<Finished> {
  const { child, output } = start(program, args, options);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...output };
}

export interface Served {
  /** `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly output: { readonly out: string; readonly err: string };
  readonly pid: number;
  /** Stops it as a service manager would, and waits until it ends. Returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `healthgate serve` on a free port, and waits until it listens. */
export async function serveCli(args: readonly string[], options: CliOptions = {}): Promise<Served> {
  const { child, output } = start(process.execPath, [CLI, 'serve', '--port', '0', ...args], options);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const found = /Serving .* on (?<url>http:\/\/[^/]+)\//.exec(output.out)?.groups?.url;
      if (found !== undefined) resolve(found);
    });
    void ended.then((code) => {
      reject(new Error(`serve ended with ${String(code)}: ${output.err}`));
    });
  });
  return {
    url,
    output,
    pid: child.pid ?? 0,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

function start(program: string, args: readonly string[], { cwd, env }: CliOptions) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (output.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output.err += bytes.toString()));
  return { child, output };
}
