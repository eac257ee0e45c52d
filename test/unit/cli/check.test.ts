import { afterEach, describe, expect, it } from 'vitest';
import { check } from '../../../lib/cli/check.ts';
import type { Terminal } from '../../../lib/cli/command.ts';
import { validate } from '../../../lib/cli/validate.ts';
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
    expect(out).toMatch(/^\u001b\[32mworking\u001b\[0m .*\n\u001b\[32mworking\u001b\[0m .* cache\/data\n$/);
  });

  it('ends early when its signal is aborted', async () => {
    const { code, out } = await checked({ prod: { a: WORKS } }, {}, { signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(out).toContain('AbortedError: called off after 0 s');
  });
});

describe('the summary of check', () => {
  const checks = { a: WORKS, b: { ...FAILS, critical: false }, group: { c: FAILS } };

  it('counts the checks, and leaves what is wrong with each to the report', async () => {
    const { out, err } = await checked({ prod: checks }, {}, { isInteractive: true, env: { NO_COLOR: '1' } });
    const shown = err.slice(err.lastIndexOf('\u001b[J') + 3);
    expect(shown).toMatch(/^✗ prod is failing: 1 failing, 1 degraded, 1 working, in \d\.\d{3} s\n$/);
    expect(out.match(/ group\/c UnhealthyError: /g)).toHaveLength(1);
  });

  it('follows a report whose verdicts are coloured on a terminal', async () => {
    const { out } = await checked({ prod: checks }, {}, { isInteractive: true });
    expect(out.split('\n').map((line) => line.split(/(?<=m) /)[0])).toEqual([
      '\u001b[31mfailing\u001b[0m',
      ...['\u001b[31mfailing\u001b[0m', '\u001b[33mdegraded\u001b[0m', '\u001b[32mworking\u001b[0m'],
      '',
    ]);
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
    expect(out.includes('\u001b')).toBe(isColoured && isInteractive);
  });

  it('is left out with --quiet, as is everything else', async () => {
    const result = await checked({ prod: checks }, { quiet: true }, { isInteractive: true });
    expect(result).toEqual({ code: 1, out: '', err: '' });
  });
});

describe('check --watch', () => {
  it('runs again until Ctrl-C, and ends with the code of the last run', async () => {
    const controller = new AbortController();
    let [runs, written] = [0, ''];
    const out = (text: string) => {
      written += text;
      if (text === '\n') return;
      runs += 1;
      if (runs === 3)
        setImmediate(() => {
          controller.abort();
        });
    };
    const { code } = await checked({ prod: { a: FAILS } }, { watch: '0.1' }, { out, signal: controller.signal });
    expect({ code, runs }).toEqual({ code: 1, runs: 3 });
    // An empty line keeps the runs apart in a pipe.
    expect(written).toMatch(/^(?:failing .*\n){2}\n(?:failing .*\n){2}\n(?:failing .*\n){2}$/);
  });

  it('heads each run with its time on a terminal', async () => {
    const controller = new AbortController();
    let runs = 0;
    const out = () => {
      runs += 1;
      if (runs === 2) controller.abort();
    };
    const overrides = { out, signal: controller.signal, isInteractive: true };
    const { err } = await checked({ prod: { a: FAILS } }, { watch: '0.1' }, overrides);
    expect(err.match(/^\d\d:\d\d:\d\d$/gm)).toHaveLength(2);
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
    [{ namespace: 'broken' }, /broken\.json cannot be used; correct it, and ask healthgate validate file:/],
    [{ namespace: 'prod', part: 'cache/dta' }, '--part: prod has no cache/dta; did you mean cache/data?'],
    [{ namespace: 'prod', format: 'jsno' }, '--format: unknown format "jsno"; did you mean json?'],
    [
      { namespace: 'prod', format: 'docx' },
      '--format: unknown format "docx"; expected json, text, openmetrics, health+json, badge, shields, ' +
        'ragflow, mattermost, jina or html',
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

  it.each([
    ['an open bracket', '{', 1],
    [
      'no token and three more mistakes',
      '{ "tiemout": 1, "checks": { "a": { "kind": "tpc" }, "b": { "kind": "tcp", "host": "h" } } }',
      4,
    ],
  ])('says all that is wrong with a file that cannot be run, as validate does: %s', async (_name, text, mistakes) => {
    const folder = await temporaryFolder({ 'shop.json': text });
    folders.push(folder);
    const file = `${folder.path}/shop.json`;
    const [terminal, validating] = [recordingTerminal(), recordingTerminal()];
    await expect(check.run(inputOf([file]), terminal)).rejects.toThrow(
      `${file} cannot be used; correct it, and ask healthgate validate ${file}`,
    );
    await validate.run(inputOf([file]), validating);
    expect(terminal.writtenErr()).toBe(validating.written());
    expect(terminal.writtenErr().match(/\n/g)).toHaveLength(mistakes);
  });

  it.each([
    ['notify', { notify: [{ type: 'slack', ulr: 'https://hooks.slack.example/x' }] }, 'notify.0.ulr: unknown key'],
    ['maintenance', { maintenance: [{ from: 'soon', to: 'later' }] }, 'maintenance.0.from: must be a time'],
  ])('says what is wrong with %s, which changes neither the report nor the exit code', async (_name, keys, mistake) => {
    const folder = await temporaryFolder({ 'shop.json': documentText({ ...keys, checks: { own: WORKS } }) });
    folders.push(folder);
    const terminal = recordingTerminal();
    expect(await check.run(inputOf([`${folder.path}/shop.json`], { format: 'json' }), terminal)).toBe(0);
    expect(terminal.writtenErr()).toContain(`: ${mistake}`);
    expect(JSON.parse(terminal.written())).toMatchObject({ own: { status: 'working' } });
  });

  it('says in words what is wrong with a file that can be run, once', async () => {
    const folder = await temporaryFolder({ 'shop.json': documentText({ timout: 1, checks: { own: WORKS } }) });
    folders.push(folder);
    const controller = new AbortController();
    let runs = 0;
    const out = () => {
      runs += 1;
      if (runs === 3) controller.abort();
    };
    const terminal = recordingTerminal({ out, signal: controller.signal });
    await check.run(inputOf([`${folder.path}/shop.json`], { watch: '0.1' }), terminal);
    expect(terminal.writtenErr()).toMatch(/^\S+shop\.json:\d+:\d+: timout: unknown key; did you mean timeout\?\n$/);
  });
});
