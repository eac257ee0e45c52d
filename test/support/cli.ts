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
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<Finished> {
  const { child, output } = start(args, options);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...output };
}

export interface Served {
  /** `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly output: { readonly out: string; readonly err: string };
  /** Stops it as a service manager would, and waits until it ends. Returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `healthgate serve` on a free port, and waits until it listens. */
export async function serveCli(args: readonly string[], options: CliOptions = {}): Promise<Served> {
  const { child, output } = start(['serve', '--port', '0', ...args], options);
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
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

function start(args: readonly string[], { cwd, env }: CliOptions) {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (output.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output.err += bytes.toString()));
  return { child, output };
}
