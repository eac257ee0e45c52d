/** What `npm pack` makes: what it holds, and whether other programs and TypeScript can use it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../stack/command.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '../..');
const LIMIT_MS = 60_000;
const MAX_CLIENT_BYTES = 2000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tarball: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await expectOk('npm', ['pack', '--ignore-scripts', '--pack-destination', folder.path, ROOT]);
  tarball = join(folder.path, (await readdir(folder.path)).find((name) => name.endsWith('.tgz')) ?? '');
  await expectOk('tar', ['-xzf', tarball, '-C', folder.path]);
}, LIMIT_MS);

afterAll(() => folder.remove());

const inPackage = (path: string) => join(folder.path, 'package', path);
const bin = (name: string) => join(ROOT, 'node_modules/.bin', name);

async function expectOk(command: string, args: readonly string[]): Promise<string> {
  const { ok, output } = await runCommand(command, args, LIMIT_MS);
  expect({ ok, output }).toMatchObject({ ok: true });
  return output;
}

test('the package holds the build, the licence, the README and its package.json, and nothing else', async () => {
  expect((await readdir(inPackage('.'))).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  expect((await readdir(inPackage('dist'))).sort()).toEqual([
    'chunks',
    'cli',
    'cli.js',
    'client.d.ts',
    'client.js',
    'functions',
    'infra',
  ]);
});

test('its command line runs from the package alone', async () => {
  expect(await expectOk(process.execPath, [inPackage('dist/cli.js'), '--help'])).toContain('Usage: node ');
});

test('it leaves the binary of LMDB to the package lmdb, which comes with it', async () => {
  const { dependencies } = JSON.parse(await readFile(inPackage('package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  expect(dependencies).toHaveProperty('lmdb');
  const files = await readdir(inPackage('dist'), { recursive: true });
  expect(files.filter((name) => name.endsWith('.node') || name.includes('lmdb'))).toEqual([]);
});

test('its client is imported by its name, and holds nothing but what it exports', async () => {
  const script = "import('healthgate/client').then((client) => console.log(Object.keys(client).sort().join()))";
  const output = await expectOk('env', ['-C', inPackage('.'), process.execPath, '--input-type=module', '-e', script]);
  expect(output.trim()).toBe('ReportError,fetchReport,isReady');
});

test('its client has at most 2 kB and imports nothing', async () => {
  expect((await stat(inPackage('dist/client.js'))).size).toBeLessThanOrEqual(MAX_CLIENT_BYTES);
  expect(await readFile(inPackage('dist/client.js'), 'utf8')).not.toMatch(/\bimport\b|\brequire\b|node:/);
});

test('publint finds no mistake in it', async () => {
  await expectOk(bin('publint'), ['--strict', tarball]);
});

test('the types are right for every way to import it that exists: there is no CommonJS', async () => {
  await expectOk(bin('attw'), ['--profile', 'esm-only', '--entrypoints', './client', '--', tarball]);
});
