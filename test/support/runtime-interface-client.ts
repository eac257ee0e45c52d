/** AWS's own runtime interface client for Node.js, which calls a function's handler in Lambda's container images. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { reasonIn, runCommand } from '../stack/command.ts';
import { withLock } from '../stack/lock.ts';

/** Not among the devDependencies, since npm would build its transport at every install: see rapid-client.ts. */
const PACKAGE = 'aws-lambda-ric@4.0.2';
const INTEGRITY = 'sha512-FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==';

const CACHE = join(import.meta.dirname, '../../.cache');
const FOLDER = join(CACHE, PACKAGE);
const LIMIT_MS = 120_000;

/**
 * Fetches it from npm, once per checkout.
 *
 * @returns Path of the program: a module that Node.js runs.
 * @throws Error that says why it failed.
 */
export async function runtimeInterfaceClient(): Promise<string> {
  const program = join(FOLDER, 'index.mjs');
  await withLock(join(CACHE, 'runtime-interface-client.lock'), LIMIT_MS, async () => {
    if (!existsSync(program)) await unpack();
    // `require('./rapid-client.node')` finds a folder of that name when the C++ is not built.
    const transport = join(FOLDER, 'rapid-client.node');
    await mkdir(transport, { recursive: true });
    await writeFile(join(transport, 'package.json'), '{"type":"commonjs"}');
    await build({
      entryPoints: [join(import.meta.dirname, 'rapid-client.ts')],
      outfile: join(transport, 'index.js'),
      platform: 'node',
      format: 'cjs',
    });
  });
  return program;
}

async function unpack(): Promise<void> {
  const folder = `${FOLDER}.new`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run('npm', ['pack', PACKAGE, '--pack-destination', folder]);
  const archive = join(folder, `${PACKAGE.replace('@', '-')}.tgz`);
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (integrity !== INTEGRITY) throw new Error(`${PACKAGE} has changed: its integrity is ${integrity}`);
  await run('tar', ['-xzf', archive, '-C', folder]);
  await rename(join(folder, 'package'), FOLDER);
  await rm(folder, { recursive: true });
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { ok, output } = await runCommand(command, args, LIMIT_MS);
  if (!ok) throw new Error(`${command} ${args.join(' ')}: ${reasonIn(output)}`);
}
