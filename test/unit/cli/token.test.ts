import { expect, test } from 'vitest';
import { token } from '../../../lib/cli/token.ts';
import { createToken, digest } from '../../../lib/document/tokens.ts';
import { recordingTerminal } from '../../support/terminal.ts';

const made = createToken('prod');

test.each([
  ['a missing namespace', [], {}, 'which namespace?'],
  ['two namespaces', ['a', 'b'], {}, 'expected one namespace'],
  ['a path as the namespace', ['../prod'], {}, 'a namespace has 1 to 64 letters'],
  ['a token as the namespace', [made], {}, 'that is a token'],
  ['a token to drop', ['prod'], { drop: made }, 'never put a token itself here'],
  ['a digest that is cut too short', ['prod'], { drop: digest(made).slice(0, 7) }, 'first 8 to 64 characters'],
])('refuses %s', async (_name, positionals, values, said) => {
  const error: unknown = await token.run({ positionals, values }, recordingTerminal()).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining(said) as string });
  expect(String(error)).not.toContain(made);
});

test('refuses an unknown form of vault', async () => {
  const values = { add: true, vault: 'ftp:vault' };
  await expect(token.run({ positionals: ['prod'], values }, recordingTerminal())).rejects.toMatchObject({
    name: 'ConfigurationError',
  });
});

test('makes a different token each time', async () => {
  const terminal = recordingTerminal();
  await token.run({ positionals: ['prod'], values: {} }, terminal);
  await token.run({ positionals: ['prod'], values: {} }, terminal);
  const tokens = terminal.written().match(/hg_prod_[\w-]{43}/g);
  expect(new Set(tokens).size).toBe(2);
});
