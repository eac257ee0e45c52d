/** Runs the command line as a process of its own, with mistakes that people make. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { version } from '../../lib/version.ts';
import { programIn, runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

test.each([
  ['a misspelt command', ['chek'], 'healthgate: unknown command "chek"; did you mean check?'],
  ['a misspelt option', ['serve', '--prot', '9'], 'healthgate serve: unknown option "--prot"; did you mean --port?'],
  ['a misspelt option with its value', ['check', '--frmat=json'], 'unknown option "--frmat"; did you mean --format?'],
  ['an unknown letter', ['check', '-x'], 'healthgate check: unknown option "-x"'],
  ['the first letter of an option', ['serve', '-p', '9'], 'unknown option "-p"; did you mean --port?'],
  ['an option with one hyphen', ['serve', '-port=9'], 'unknown option "-port"; did you mean --port?'],
  ['an option like no other', ['ping', '--unheard-of'], 'healthgate ping: unknown option "--unheard-of"'],
  ['a port out of range', ['serve', '--port', '99999'], '--port: expected a whole number from 0 to 65535'],
])('tells of %s in one line', async (_, args, message) => {
  const { code, out, err } = await runCli(args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err.split('\n')[0]?.endsWith(message)).toBe(true);
  expect(err).toMatch(/\nSee node dist\/cli\.js (?:\w+ )?--help\.\n$/);
});

test.each(['--version', '-v', 'version'])('healthgate %s prints the version', async (asked) => {
  expect(await runCli([asked])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test('takes what follows -- as it is', async () => {
  const { code, err } = await runCli(['check', '--', '--prot']);
  expect(code).toBe(2);
  expect(err).toContain('healthgate check: cannot read --prot: no such file or directory (ENOENT)\n');
});

test('says that a port is in use, and what to do', async () => {
  const folder = await temporaryFolder();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.close();
    await folder.remove();
  });
  const port = String((server.address() as AddressInfo).port);
  const { code, err } = await runCli(['serve', '--vault', `file:${folder.path}`, '--port', port]);
  expect(code).toBe(2);
  expect(err).toContain(
    `cannot listen on 127.0.0.1:${port}: address already in use (EADDRINUSE); choose another with --port\n`,
  );
});

test('tells a folder and a missing file from a document', async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  const missing = join(folder.path, 'prod.json');
  const help = `See ${programIn()} check --help.\n`;
  expect(await runCli(['check', folder.path])).toMatchObject({
    code: 2,
    err: `healthgate check: ${folder.path} is a folder; name it with --vault file:${folder.path}\n${help}`,
  });
  expect(await runCli(['check', missing])).toMatchObject({
    code: 2,
    err: `healthgate check: cannot read ${missing}: no such file or directory (ENOENT)\n${help}`,
  });
  expect(await runCli(['validate', missing])).toMatchObject({
    code: 2,
    out: `${missing}: cannot be read: no such file or directory (ENOENT)\n`,
  });
});
