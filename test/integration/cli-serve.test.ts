/** Runs `healthgate serve` as a process of its own, and reads what it says when it starts. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { programIn, runCli, serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let served: Served | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  await served?.stop();
  await folder.remove();
});

const serve = async (...args: string[]) => (served = await serveCli(args, { cwd: folder.path }));
const said = () => served?.output ?? { out: '', err: '' };
/** Waits for all that it says when it starts. */
const saysInTheEnd = (out: string, err = '') => expect.poll(said, { timeout: 5000 }).toEqual({ out, err });

describe('the example', () => {
  const file = () => join(folder.path, 'vault/example.json');
  const urlIn = (out: string) => /^Try the example: curl (?<url>\S+)$/m.exec(out)?.groups?.url ?? '';
  const ask = async (url: string) => (await fetch(url)).json();
  const WORKING = {
    service: { port: { status: 'working' }, api: { status: 'working' } },
    vault: { status: 'working' },
  };

  test('is created once, and works again after a start on another port', async () => {
    const first = await serve();
    expect(first.output.out).toContain('Created an example namespace: vault/example.json\n');
    const url = urlIn(first.output.out);
    expect(url.startsWith(`${first.url}/api/health/hg_example_`)).toBe(true);
    expect(await ask(url)).toMatchObject(WORKING);
    await first.stop();

    const second = await serve();
    expect(second.url).not.toBe(first.url);
    expect(urlIn(second.output.out)).toBe(url.replace(first.url, second.url));
    expect(second.output.out).not.toContain('Created');
    expect(second.output.out).toContain(`Changed vault/example.json: its checks ask ${second.url} now\n`);
    expect(await ask(urlIn(second.output.out))).toMatchObject(WORKING);
  });

  test('keeps what people have added to it', async () => {
    const first = await serve();
    await first.stop();
    const text = (await readFile(file(), 'utf8')).replace('"checks": {', '"timeout":  3,\n  "checks": {');
    await writeFile(file(), text);
    const second = await serve();
    const [before, after] = [first.url, second.url].map((url) => new URL(url).port) as [string, string];
    expect(await readFile(file(), 'utf8')).toBe(text.replaceAll(before, after));
    expect(await ask(urlIn(second.output.out))).toMatchObject(WORKING);
  });

  test.each([
    ['has checks of other servers', (text: string) => text.replace(/"port": \d+/, '"port": 1')],
    ['has lost its checks', () => `{"access_tokens":["${createToken('example')}"],"checks":{}}`],
    ['has no token of its own', (text: string) => text.replace(/hg_example_/, 'hg_another_')],
    ['cannot be read', (text: string) => text.slice(0, 50)],
  ])('is left as it is, and its token is not shown, when it %s', async (_why, change) => {
    await (await serve()).stop();
    const text = change(await readFile(file(), 'utf8'));
    await writeFile(file(), text);
    const { output } = await serve();
    expect(await readFile(file(), 'utf8')).toBe(text);
    expect(output.out).not.toMatch(/hg_/);
  });

  test('is not made up in a folder that exists', async () => {
    await mkdir(join(folder.path, 'vault'));
    const { output } = await serve();
    expect(output.out).toMatch(/^Serving file:vault on /);
  });
});

describe('the overview', () => {
  const VAULT = 'namespaces';
  const vault = () => join(folder.path, VAULT);
  const fill = async (files: Readonly<Record<string, string>>) => {
    await mkdir(vault());
    for (const [name, text] of Object.entries(files)) await writeFile(join(vault(), name), text);
  };
  const serveVault = () => serve('--vault', `file:${VAULT}`);
  const serving = (url: string) => `Serving file:${VAULT} on ${url}/api/health/<access_token>/ (Ctrl-C stops it)\n`;
  const document = (checks: object) => JSON.stringify({ access_tokens: ['a-token-of-this-test'], checks });
  const TCP = { kind: 'tcp', host: 'h', port: 1 };

  test('lists the namespaces with their numbers of checks, and their mistakes with line and column', async () => {
    await fill({
      'shop.json': document({ one: TCP, group: { two: TCP } }),
      'blog.yaml': 'access_tokens: [a-token-of-this-test]\nchecks:\n  db: { kind: tpc, host: h, port: 1 }\n',
      'broken.json': '{ "access_tokens": [',
    });
    const { url } = await serveVault();
    await saysInTheEnd(
      `${serving(url)}  ${VAULT}/blog.yaml: 1 check\n  ${VAULT}/shop.json: 2 checks\n`,
      `${VAULT}/blog.yaml:3:9: checks.db.kind: unknown kind "tpc"; did you mean tcp?\n` +
        `${VAULT}/broken.json:1:21: not valid JSON: it ends before all brackets are closed\n`,
    );
  });

  test('stays short for a vault with many namespaces and many mistakes', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `n${String(index).padStart(2, '0')}.json`);
    await fill(Object.fromEntries(names.map((name) => [name, document({ a: { kind: 'x' }, b: { kind: 'y' } })])));
    await serveVault();
    await expect
      .poll(() => said().out, { timeout: 5000 })
      .toContain(`… and more; see ${programIn(folder.path)} validate file:${VAULT}\n`);
    expect(said().out.match(/: 2 checks\n/g)).toHaveLength(20);
    expect(said().err.split('\n').length).toBeLessThanOrEqual(22);
  });

  test('says so when the vault is an empty folder', async () => {
    await fill({});
    const { url } = await serveVault();
    await saysInTheEnd(serving(url), `file:${VAULT}: has no namespace\n`);
  });
});

test('ends at once when the vault is a folder that does not exist', async () => {
  const { code, out, err } = await runCli(['serve', '--port', '0', '--vault', 'file:nope'], { cwd: folder.path });
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: 'healthgate serve: file:nope does not exist\n' });
});

test.each(['0.0.0.0', '::'])('a service that listens on %s is asked at 127.0.0.1', async (host) => {
  const { url, output } = await serve('--host', host);
  expect(new URL(url).hostname).toBe('127.0.0.1');
  expect(output.out).toContain(`Try the example: curl ${url}/api/health/hg_example_`);
  const { checks } = JSON.parse(await readFile(join(folder.path, 'vault/example.json'), 'utf8')) as {
    checks: { service: { port: { host: string } } };
  };
  expect(checks.service.port.host).toBe('127.0.0.1');
  expect((await fetch(`${url}/api/health/`)).status).toBe(404);
});

test('a port that another serve has is told in words', async () => {
  const { url } = await serve();
  const { port } = new URL(url);
  const { code, out, err } = await runCli(['serve', '--port', port], { cwd: folder.path });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe(
    `healthgate serve: cannot listen on 127.0.0.1:${port}: address already in use (EADDRINUSE); ` +
      `choose another with --port\nSee ${programIn(folder.path)} serve --help.\n`,
  );
});

test.each([
  ['shop', 'Everybody may see the names and verdicts of shop, at /status/\n', ''],
  ['shpo', '', 'HEALTHGATE_PUBLIC_NAMESPACE: the vault has no namespace shpo; did you mean shop?\n'],
  ['', '', ''],
])('serve says whether the public namespace %j is there', async (name, out, err) => {
  const document = { access_tokens: ['a-token-of-the-tests'], checks: { own: { kind: 'process' } } };
  await mkdir(join(folder.path, 'vault'));
  await writeFile(join(folder.path, 'vault/shop.json'), JSON.stringify(document));
  served = await serveCli(['--vault', 'file:vault'], { cwd: folder.path, env: { HEALTHGATE_PUBLIC_NAMESPACE: name } });
  const serving = `Serving file:vault on ${served.url}/api/health/<access_token>/ (Ctrl-C stops it)\n`;
  await saysInTheEnd(`${serving}${out}  vault/shop.json: 1 check\n`, err);
});
