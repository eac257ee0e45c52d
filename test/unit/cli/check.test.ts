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
  values: Readonly<Record<string, string | boolean>> = {},
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
    expect(err).toMatch(/\u001b\[1A\u001b\[J\u001b\[32m✓ prod is working\u001b\[0m: .*1 working.*, in \d\.\d{3} s\n$/);
    expect(out).toMatch(/^working .*\nworking .* cache\/data\n$/);
  });

  it('ends early when its signal is aborted', async () => {
    const { code, out } = await checked({ prod: { a: WORKS } }, {}, { signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(out).toContain('AbortedError: called off after 0 s');
  });
});

describe('the summary of check', () => {
  const checks = { a: WORKS, b: { ...FAILS, critical: false }, group: { c: FAILS } };

  it('counts the checks and names those that do not work, worst first', async () => {
    const { err } = await checked({ prod: checks }, {}, { isInteractive: true, env: { NO_COLOR: '1' } });
    const shown = err.slice(err.lastIndexOf('\u001b[J') + 3);
    expect(shown).toMatch(
      /^✗ prod is failing: 1 failing, 1 degraded, 1 working, in \d\.\d{3} s\n {2}✗ group\/c\n {2}! b\n$/,
    );
  });

  it.each([
    ['in a pipe', {}, {}, false, false],
    ['in a pipe with FORCE_COLOR', {}, { FORCE_COLOR: '1' }, false, true],
    ['in a pipe with FORCE_COLOR=0', {}, { FORCE_COLOR: '0' }, false, false],
    ['on a terminal', {}, {}, true, true],
    ['on a terminal with NO_COLOR', {}, { NO_COLOR: '1' }, true, false],
    ['on a terminal with an empty NO_COLOR', {}, { NO_COLOR: '' }, true, true],
    ['on a terminal with --no-color', { 'no-color': true }, { FORCE_COLOR: '1' }, true, false],
    ['on a dumb terminal', {}, { TERM: 'dumb' }, true, false],
  ])('has the right colours %s', async (_name, values, env, isInteractive, isColoured) => {
    const { err, out } = await checked({ prod: checks }, values, { env, isInteractive });
    expect(err.includes('\u001b[31m')).toBe(isColoured);
    expect(err.includes('prod is failing')).toBe(isInteractive || isColoured);
    expect(out).not.toContain('\u001b');
  });

  it('is left out with --quiet, as is everything else', async () => {
    const result = await checked({ prod: checks }, { quiet: true }, { isInteractive: true });
    expect(result).toEqual({ code: 1, out: '', err: '' });
  });
});

describe('check --watch', () => {
  it('runs again until Ctrl-C, and ends with the code of the last run', async () => {
    const controller = new AbortController();
    let runs = 0;
    const out = () => {
      runs += 1;
      if (runs === 3)
        setImmediate(() => {
          controller.abort();
        });
    };
    const { code } = await checked({ prod: { a: FAILS } }, { watch: '0.1' }, { out, signal: controller.signal });
    expect({ code, runs }).toEqual({ code: 1, runs: 3 });
  });

  it.each(['0', '-1', 'x', '1e9'])('refuses %s seconds', async (watch) => {
    await expect(checked({ prod: { a: WORKS } }, { watch })).rejects.toThrow('--watch: expected a number from 0.1');
  });
});

describe('check with invalid arguments', () => {
  const namespaces = { prod: { cache: { data: WORKS } }, dev: { a: WORKS } };

  it.each([
    [{}, '--namespace: which one? dev, prod'],
    [{ namespace: 'prd' }, /^namespace "prd": not in file:.*; did you mean prod\?$/],
    [{ namespace: '../prod' }, /^namespace "\.\.\/prod": not in file:/],
    [{ namespace: 'broken' }, 'namespace "broken": its document cannot be used; see healthgate validate'],
    [{ namespace: 'prod', part: 'cache/dta' }, '--part: prod has no cache/dta; did you mean cache/data?'],
    [{ namespace: 'prod', format: 'jsno' }, '--format: unknown format "jsno"; did you mean json?'],
    [
      { namespace: 'prod', format: 'docx' },
      '--format: unknown format "docx"; expected json, text, openmetrics, health+json, badge, shields, ragflow, mattermost, jina or html',
    ],
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
