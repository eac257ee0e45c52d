import { expect, it } from 'vitest';
import { programOf } from '../../../lib/cli/program.ts';

it.each([
  ['/usr/local/bin/healthgate', '/work', 'healthgate'],
  ['/work/node_modules/.bin/healthgate', '/work', 'npx healthgate'],
  ['/work/dist/cli.js', '/work', 'node dist/cli.js'],
  ['/work/dist/cli.js', '/work/vault', 'node /work/dist/cli.js'],
  ["/work/it's mine/cli.js", '/work', String.raw`node 'it'\''s mine/cli.js'`],
])('%s, called in %s, is named %s', (script, folder, name) => {
  expect(programOf(script, folder)).toBe(name);
});
