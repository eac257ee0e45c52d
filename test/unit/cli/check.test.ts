import { afterEach, describe, expect, it } from 'vitest';
import { check } from '../../../lib/cli/check.ts';
import type { Terminal } from '../../../lib/cli/command.ts';
import { documentText } from '../../support/namespace.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { recordingTerminal, inputOf } from '../../support/terminal.ts';

const WORKS = { kind: 'secrets_manager' };
const FAILS = { kind: 'secrets_manager', secret: 'missing' };

const folders: Awaited<ReturnType<typeof temporaryFolder>>[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => folder.remove()));
});

/** Runs `check` on a folder of documents with these checks, by namespace. */
async function checked(
  namespaces: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, string>> = {},
  overrides: Partial<Terminal> = {},
) {
  const files = Object.entries(namespaces).map(([name, checks]) => [`${name}.json`, documentText({ checks })]);
  const folder = await temporaryFolder(Object.fromEntries(files) as Record<string, string>);
  folders.push(folder);
  const terminal = recordingTerminal(overrides);
  const code = await check.run(inputOf([], { vault: `file:${folder.path}`, ...values }), terminal);
  return { code, out: terminal.written(), err: terminal.writtenErr() };
}

describe('check', () => {
  it.each([
    ['working', 0, { a: WORKS }],
    ['degraded', 0, { a: WORKS, b: { ...FAILS, critical: false } }],
    ['failing', 1, { a: WORKS, b: FAILS }],
  ])('writes the verdict %s and exits with %d', async (verdict, code, checks) => {
    const result = await checked({ prod: checks });
    expect(result).toMatchObject({ code, err: '' });
    expect(result.out.split(' ')[0]).toBe(verdict);
  });

  it('writes the requested format and ends it with a line feed', async () => {
    const { out } = await checked({ prod: { a: WORKS } }, { format: 'json' });
    expect(out).toMatch(/^\{"a":\{"status":"working","response_time":"\d+\.\d{3}"\}\}\n$/);
  });

  it('runs only the requested part', async () => {
    const checks = { cache: { data: WORKS, pages: WORKS }, db: FAILS };
    for (const part of ['cache', 'cache/', '/cache', 'cache/data']) {
      const { code, out } = await checked({ prod: checks }, { part });
      expect({ code, lines: out.trim().split('\n').length }).toEqual({ code: 0, lines: part === 'cache/data' ? 2 : 3 });
    }
  });

  it('runs the requested namespace', async () => {
    const { out } = await checked({ prod: { inProd: WORKS }, dev: { inDev: WORKS } }, { namespace: 'dev' });
    expect(out).toContain('inDev');
  });

  it('shows a live list on a terminal and removes it at the end', async () => {
    const { out, err } = await checked({ prod: { cache: { data: WORKS } } }, {}, { isInteractive: true });
    expect(err).toContain('cache/data\n');
    expect(err.endsWith('\u001b[1A\u001b[J')).toBe(true);
    expect(out).toMatch(/^working .*\nworking .* cache\/data\n$/);
  });

  it('ends early when its signal is aborted', async () => {
    const { code, out } = await checked({ prod: { a: WORKS } }, {}, { signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(out).toContain('AbortedError: called off after 0 s');
  });
});

describe('check with invalid arguments', () => {
  const namespaces = { prod: { cache: { data: WORKS } }, dev: { a: WORKS } };

  it.each([
    [{}, '--namespace: which one? dev, prod'],
    [{ namespace: 'prd' }, /^namespace "prd": not in file:.*; did you mean prod\?$/],
    [{ namespace: '../prod' }, /^namespace "\.\.\/prod": not in file:/],
    [{ namespace: 'broken' }, 'namespace "broken": its document cannot be used; see healthgate validate'],
    [{ namespace: 'prod', part: 'cache/dta' }, '--part: prod has no cache/dta'],
    [{ namespace: 'prod', format: 'xml' }, '--format: unknown format "xml"; expected json or text'],
  ])('refuses the options %j', async (values, message) => {
    await expect(checked({ ...namespaces, broken: {} }, values)).rejects.toThrow(
      typeof message === 'string' ? message.replace('dev, prod', 'broken, dev, prod') : message,
    );
  });

  it('refuses a vault without a namespace', async () => {
    await expect(checked({})).rejects.toThrow(/^no namespace in file:/);
  });

  it('refuses a second file, and a namespace beside a file', async () => {
    await expect(check.run(inputOf(['a.json', 'b.json']), recordingTerminal())).rejects.toThrow(
      'unexpected argument "b.json"',
    );
    await expect(check.run(inputOf(['a.json'], { namespace: 'prod' }), recordingTerminal())).rejects.toThrow(
      '--namespace: of no use with a file',
    );
  });
});

describe('check with a file', () => {
  it.each([
    ['JSON', 'shop.json', documentText({ checks: { own: WORKS, secret: { ...FAILS, secret: 'one' } } })],
    ['JSON with comments', 'shop.jsonc', `// shop\n${documentText({ checks: { own: WORKS } })}`],
    ['YAML', 'shop.yaml', 'access_token: a token of the tests\nchecks:\n  own: {kind: secrets_manager}\n'],
    ['a name that no namespace has', '-shop.json', documentText({ checks: { own: WORKS } })],
  ])('runs it, and takes its secrets from its folder: %s', async (_name, file, text) => {
    const folder = await temporaryFolder({ [file]: text, one: 'x' });
    folders.push(folder);
    const terminal = recordingTerminal();
    expect(await check.run(inputOf([`${folder.path}/${file}`]), terminal)).toBe(0);
    expect(terminal.written().split(' ')[0]).toBe('working');
  });

  it('says why a file cannot be run', async () => {
    const folder = await temporaryFolder({ 'shop.json': '{' });
    folders.push(folder);
    await expect(check.run(inputOf([`${folder.path}/shop.json`]), recordingTerminal())).rejects.toThrow(
      'its document cannot be used; see healthgate validate',
    );
  });
});
