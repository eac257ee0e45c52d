/** Runs `healthgate token` as a process of its own, on vaults that are folders and on one in Secrets Manager. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { openStore } from '../../lib/vault/stores/open.ts';
import { digest, namespaceOf } from '../../lib/document/tokens.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { programIn, runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

const OLD = 'an-old-token-0123456789';
const OTHER = 'another-token-0123456789';
const CHECKS = '"checks":   { "z": {"kind": "tcp", "host": "h", "port": 1}, "a": {} }';

const documents = {
  'prod.json': `{\n  "access_tokens": [\n    "${OLD}",\n    "${OTHER}"\n  ],\n  ${CHECKS}\n}\n`,
  'single.json': `{\n  "access_token": "${OLD}",\n  ${CHECKS}\n}\n`,
  'referring.json': `{ "access_tokens": [{ "secret": "tokens", "key": "old" }, { "secret": "none" }], ${CHECKS} }`,
  'tokens.json': `{ "old": "${OLD}" }`,
  'commented.jsonc':
    '// The shop\n{\n  "access_tokens": [\n    // of the monitor\n' +
    `    "${OLD}", // until May\n    "${OTHER}",\n  ],\n  /* what is checked */ ${CHECKS},\n}\n`,
  'indented.yaml': `# The shop\naccess_tokens:\n  - ${OLD} # until May\nchecks: {}\n`,
  'broken.json': `{ "access_tokens": ["${OLD}"`,
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder(documents);
  return () => folder.remove();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const token = (...args: string[]) => runCli(['token', ...args], { env: { HEALTHGATE_VAULT: `file:${folder.path}` } });
const documentOf = (namespace: string) => readFile(join(folder.path, `${namespace}.json`), 'utf8');

/** Returns the printed token, which must appear exactly once, together with its digest. */
function tokenIn(out: string): string {
  const { made = '', sha256 } = /^token {4}(?<made>\S+)\nsha256 {3}(?<sha256>\S+)\n/.exec(out)?.groups ?? {};
  expect(sha256).toBe(digest(made));
  expect(out.split(made)).toHaveLength(2);
  return made;
}

test('prints a token and its digest, and changes nothing', async () => {
  const { code, out, err } = await token('prod');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(namespaceOf(tokenIn(out))).toBe('prod');
  expect(await documentOf('prod')).toBe(documents['prod.json']);
});

describe('--add', () => {
  test('puts a new token into the document and leaves the rest as it is', async () => {
    const { code, out } = await token('prod', '--add');
    expect(code).toBe(0);
    expect(await documentOf('prod')).toBe(documents['prod.json'].replace('[\n', `[\n    "${tokenIn(out)}",\n`));
    expect(out).not.toContain(OLD);
    expect(out).toMatch(new RegExp(`^added {4}to access_tokens in ${join(folder.path, 'prod.json')}$`, 'm'));
  });

  test('puts a new token beside a single access_token', async () => {
    const { out } = await token('single', '--add');
    const added = `{\n  "access_tokens": ["${tokenIn(out)}"],`;
    expect(await documentOf('single')).toBe(documents['single.json'].replace('{', added));
  });

  test('puts a token that opens the summary alone into a list of its own', async () => {
    const { out } = await token('single', '--add', '--summary');
    const added = `{\n  "summary_tokens": ["${tokenIn(out)}"],`;
    expect(await documentOf('single')).toBe(documents['single.json'].replace('{', added));
    expect(out).toMatch(/^added {4}to summary_tokens in .*single\.json$/m);
  });

  test('refuses a namespace that does not exist', async () => {
    const { code, out, err } = await token('nothing', '--add');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`file:${folder.path} has no namespace nothing`);
  });

  test('refuses a document that cannot be read', async () => {
    const { code, out, err } = await token('broken', '--add');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`the document of broken in file:${folder.path}: not valid JSON`);
    expect(await documentOf('broken')).toBe(documents['broken.json']);
  });
});

describe('--drop', () => {
  test('removes the token with that digest and shows the digests that are left', async () => {
    const { code, out } = await token('prod', '--drop', digest(OLD).slice(0, 8).toUpperCase());
    expect(code).toBe(0);
    expect(out).toBe(`dropped  sha256 ${digest(OLD)}\nleft     sha256 ${digest(OTHER)}\n`);
    expect(JSON.parse(await documentOf('prod'))).toMatchObject({ access_tokens: [OTHER] });
    expect(await documentOf('prod')).toContain(CHECKS);
  });

  test('replaces even the last token when --add is given too', async () => {
    const { code, out } = await token('single', '--add', '--drop', digest(OLD));
    expect(code).toBe(0);
    expect(out).toContain(`dropped  sha256 ${digest(OLD)}\n`);
    expect(await documentOf('single')).toBe(`{\n  "access_tokens": ["${tokenIn(out)}"],\n  ${CHECKS}\n}\n`);
  });

  test('removes a token of the summary, and counts none as a token that opens the namespace', async () => {
    const made = tokenIn((await token('single', '--add', '--summary')).out);
    const last = await token('single', '--drop', digest(OLD));
    expect(last.err).toContain('no other token that works');
    const dropped = await token('single', '--drop', digest(made));
    expect(dropped).toMatchObject({
      code: 0,
      out: `dropped  sha256 ${digest(made)}\nleft     sha256 ${digest(OLD)}\n`,
    });
  });

  test('removes a reference whose secret holds the token', async () => {
    const { code, out } = await token('referring', '--add', '--drop', digest(OLD));
    expect(code).toBe(0);
    expect(out).toContain('left     access_tokens.1, which cannot be read');
    expect(JSON.parse(await documentOf('referring'))).toMatchObject({
      access_tokens: [tokenIn(out), { secret: 'none' }],
    });
  });

  test.each([
    ['the digest of the last token that works', 'referring', digest(OLD), 'no other token that works'],
    ['a digest that no token has', 'prod', '0'.repeat(64), 'no token whose digest begins with'],
    ['a digest that is cut too short', 'prod', digest(OLD).slice(0, 7), 'first 8 to 64 characters'],
    ['a token instead of its digest', 'prod', OLD, 'never put a token itself here'],
  ])('refuses %s and changes nothing', async (_name, namespace, drop, said) => {
    const before = await documentOf(namespace);
    const { code, out, err } = await token(namespace, '--drop', drop);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(said);
    expect(err).not.toContain(OLD);
    expect(await documentOf(namespace)).toBe(before);
  });
});

describe('a JSONC document', () => {
  const file = () => readFile(join(folder.path, 'commented.jsonc'), 'utf8');
  const before = documents['commented.jsonc'];

  test('gets a new token, and keeps its comments', async () => {
    const { code, out } = await token('commented', '--add');
    expect(code).toBe(0);
    const first = `    "${OLD}", // until May`;
    expect(await file()).toBe(before.replace(first, `    "${tokenIn(out)}",\n${first}`));
  });

  test.each([
    [OLD, (text: string) => text.replace(`"${OLD}", `, '')],
    [OTHER, (text: string) => text.replace(`\n    "${OTHER}",`, '')],
  ])('loses the token %s, and can still be read', async (dropped, expected) => {
    const { code } = await token('commented', '--drop', digest(dropped));
    expect(code).toBe(0);
    expect(await file()).toBe(expected(before));
    const { out } = await runCli(['validate', join(folder.path, 'commented.jsonc')]);
    expect(out).not.toContain('not valid JSON');
  });
});

test.each([['--add'], ['--drop', digest(OLD)]])('says that it does not edit YAML with %s', async (...args) => {
  const { code, out, err } = await token('indented', ...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(
    `${join(folder.path, 'indented.yaml')} is YAML, which --add and --drop do not edit; ` +
      `make a token with ${programIn()} token indented, and edit access_tokens by hand\n`,
  );
  expect(await readFile(join(folder.path, 'indented.yaml'), 'utf8')).toBe(documents['indented.yaml']);
});

test('adds and drops a token in Secrets Manager', async () => {
  const environment = motoEnvironment(inject('stack').aws);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const vault = `secretsmanager:cli-${randomUUID()}`;
  const store = await openStore(vault);
  const stored = () => store.read('single', AbortSignal.timeout(10_000));
  await store.write('single', documents['single.json'], AbortSignal.timeout(10_000));

  const added = await runCli(['token', 'single', '--add', '--vault', vault]);
  expect(added.code).toBe(0);
  expect(added.out).toContain(`added    to access_tokens in single in ${vault}\n`);
  const made = tokenIn(added.out);
  expect(await stored()).toBe(documents['single.json'].replace('{', `{\n  "access_tokens": ["${made}"],`));

  const dropped = await runCli(['token', 'single', '--drop', digest(OLD), '--vault', vault]);
  expect(dropped).toMatchObject({
    code: 0,
    out: `dropped  sha256 ${digest(OLD)}\nleft     sha256 ${digest(made)}\n`,
  });
  expect(await stored()).toBe(`{\n  "access_tokens": ["${made}"],\n  ${CHECKS}\n}\n`);
});
