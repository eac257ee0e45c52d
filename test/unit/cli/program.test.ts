import { expect, it } from 'vitest';
import { programOf } from '../../../lib/cli/program.ts';

it.each([
  ['/usr/local/bin/healthgate', '/project', 'healthgate'],
  ['/project/node_modules/.bin/healthgate', '/project', 'npx healthgate'],
  ['/project/dist/cli.js', '/project', 'node dist/cli.js'],
  ['/project/dist/cli.js', '/project/vault', 'node /project/dist/cli.js'],
  ["/project/it's mine/cli.js", '/project', String.raw`node 'it'\''s mine/cli.js'`],
])('%s, called in %s, is named %s', (script, folder, name) => {
  expect(programOf(script, folder)).toBe(name);
});
