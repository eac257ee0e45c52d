/** What the command line loads, as V8's own coverage of a process reports it. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { kinds } from '../../lib/checks/index.ts';
import { CLI } from '../stack/product.ts';
import { runCli, serveCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** The code of every file of the build that a command loads. */
const codeLoadedBy = (...args: readonly string[]) =>
  codeLoadedDuring(async (env) => {
    await runCli(args, { env });
  });

/** @param work Runs the command in this environment until it ends. */
async function codeLoadedDuring(work: (env: Readonly<Record<string, string>>) => Promise<void>): Promise<string> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  await work({ NODE_V8_COVERAGE: folder.path });
  const reports = await Promise.all(
    (await readdir(folder.path)).map((name) => readFile(join(folder.path, name), 'utf8')),
  );
  const urls = reports.flatMap((report) => (JSON.parse(report) as Coverage).result.map(({ url }) => url));
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  const ours = files.filter((file) => file.startsWith(dirname(CLI)));
  return (await Promise.all(ours.map((file) => readFile(file, 'utf8')))).join('\n');
}

/** The kinds whose code holds what they prove. */
const kindsIn = (code: string) => kinds.filter(({ works }) => code.includes(works)).map(({ kind }) => kind);

test.each([[['--version']], [['--help']], [['help', 'token']]])(
  'healthgate %s loads no kind of check',
  async (args) => {
    expect(kindsIn(await codeLoadedBy(...args))).toEqual([]);
  },
);

test('healthgate validate loads every kind of check', async () => {
  expect(kindsIn(await codeLoadedBy('validate', '/dev/null'))).toHaveLength(kinds.length);
});

test.each([
  ['loads nothing of gRPC, also when it is asked', [], false],
  ['loads gRPC where it speaks it', ['--grpc-port', '0'], true],
])('healthgate serve %s', async (_what, args, expected) => {
  const token = 'a-token-of-the-tests';
  const document = { access_tokens: [token], checks: { own: { kind: 'process' } } };
  const vault = await temporaryFolder({ 'shop.json': JSON.stringify(document) });
  onTestFinished(() => vault.remove());
  const code = await codeLoadedDuring(async (env) => {
    const served = await serveCli(['--vault', `file:${vault.path}`, ...args], { env });
    expect((await fetch(`${served.url}/api/health/${token}/`)).status).toBe(200);
    await served.stop();
  });
  expect(code).toContain('own process'); // the kind that was asked for
  // What only grpc-js has, and our server.
  expect(['GRPC_VERBOSITY', 'too many are watching'].map((text) => code.includes(text))).toEqual([expected, expected]);
});
