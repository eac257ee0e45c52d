import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import type { ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';

const CONFIG = join(import.meta.dirname, '../../layers.config.js');

/** What layers.config.js objects to in a project of these files: from, to, and the rule's name. */
async function violations(files: Readonly<Record<string, string>>): Promise<string[][]> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
  const { output } = await cruise(['lib'], { ...(await extractOptions(CONFIG)), baseDir: folder.path });
  return (output as ICruiseResult).summary.violations.map(({ from, to, rule }) => [from, to, rule.name]);
}

test('the layer rule accepts an import from a layer below', async () => {
  const found = await violations({
    'lib/cli/main.ts': "import { run } from '../engine/run.ts'; run();",
    'lib/engine/run.ts': 'export const run = () => {};',
  });
  expect(found).toEqual([]);
});

test.each([
  ['a value', "import { kinds } from '../checks/index.ts'; kinds();"],
  ['a type', "import type { Kind } from '../checks/index.ts'; export type It = Kind;"],
  ['a module when it is used', "export const load = () => import('../checks/index.ts');"],
])('the layer rule refuses to import %s from a layer above', async (_what, importing) => {
  const found = await violations({
    'lib/engine/run.ts': importing,
    'lib/checks/index.ts': 'export const kinds = () => {}; export type Kind = string;',
  });
  expect(found).toEqual([
    ['lib/engine/run.ts', 'lib/checks/index.ts', 'lib/engine must not import from a layer above it'],
  ]);
});

test('the layer rule refuses a circle within a layer, even one that only types close', async () => {
  const found = await violations({
    'lib/http/app.ts': "import { route } from './route.ts'; export type App = string; route();",
    'lib/http/route.ts': "import type { App } from './app.ts'; export const route = (): App => '';",
  });
  expect(found.map(([, , rule]) => rule)).toContain('no circular imports');
});

test('the layer rule refuses a folder in lib that belongs to no layer', async () => {
  const found = await violations({
    'lib/cli/main.ts': "import { x } from '../misc/x.ts'; x();",
    'lib/misc/x.ts': 'export const x = () => {};',
  });
  expect(found).toEqual([
    ['lib/cli/main.ts', 'lib/misc/x.ts', 'a file in lib must belong to a layer: add its folder to layers.config.js'],
  ]);
});
