/** What the command line loads, as V8's own coverage of a process reports it. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { kinds } from '../../lib/checks/index.ts';
import { CLI } from '../stack/product.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** The code of every file of the build that a command loads. */
async function codeLoadedBy(...args: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  await runCli(args, { env: { NODE_V8_COVERAGE: folder.path } });
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
