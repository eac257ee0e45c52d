import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../../lib/did-you-mean.ts';
import { kinds } from '../../../lib/checks/index.ts';
import { run } from '../../../lib/engine/run.ts';
import { resultsOf } from '../../../lib/engine/tree.ts';
import { leavesOf } from '../../../lib/engine/tree.ts';
import { LEAF, leafProblems, namespaceOf } from '../../support/namespace.ts';
import { runOptions } from '../../support/part.ts';

const SECRET = 'hunter2-but-longer';
const database = { kind: 'postgres', url: 'postgres://app@db.example/app' };

describe('the registry', () => {
  it('has a unique name for every kind', () => {
    const names = kinds.map(({ kind }) => kind);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
  });
});

describe('a leaf without mistakes', () => {
  it('has the values that it sets, and presets for the rest', async () => {
    const about = { critical: false, timeout: 0.5, description: 'what it is', runbook: 'https://wiki.example/db' };
    const { root } = await namespaceOf({ checks: { cache: { data: { ...LEAF, ...about } }, other: LEAF } });
    expect(leavesOf(root)).toMatchObject([
      {
        name: 'data',
        path: ['cache', 'data'],
        kind: 'tcp',
        target: 'tcp db.example:5432',
        timeoutMs: 500,
        critical: false,
        description: 'what it is',
        runbook: 'https://wiki.example/db',
      },
      { timeoutMs: 2000, critical: true, dependsOn: [] },
    ]);
  });
});

describe('a mistake in a leaf', () => {
  it.each([
    ['a key with two letters changed', { ...database, ulr: 1 }, 'ulr: unknown key; did you mean url?'],
    ['a key that resembles no other', { ...database, zzzzzzz: 1 }, 'zzzzzzz: unknown key'],
    ['a key in another case', { ...database, Critical: true }, 'Critical: unknown key; did you mean critical?'],
    ['a key that objects inherit', { ...database, constructor: 1 }, 'constructor: unknown key'],
    ['a missing key', { kind: 'postgres' }, 'url: missing: a check needs url or host'],
    ['a wrong type', { ...LEAF, port: '5432' }, 'port: expected number, got string; remove the quotes'],
    ['null', { ...LEAF, host: null }, 'host: expected string, got null'],
    ['an object', { ...LEAF, host: {} }, 'host: expected string, got object'],
    ['an array', { ...LEAF, host: ['h'] }, 'host: expected string, got array'],
    ['an empty string', { ...LEAF, host: '' }, 'host: must not be empty'],
    ['a fraction', { ...LEAF, port: 1.5 }, 'port: must be an integer'],
    ['a port out of range', { ...LEAF, port: 65536 }, 'port: must be <=65535'],
    ['a timeout of zero', { ...LEAF, timeout: 0 }, 'timeout: must be >0'],
    ['a timeout that is too long', { ...LEAF, timeout: 28.1 }, 'timeout: must be <=28'],
    [
      'critical as a string',
      { ...LEAF, critical: 'false' },
      'critical: expected boolean, got string; remove the quotes',
    ],
    ['depends_on as a string', { ...LEAF, depends_on: 'other' }, 'depends_on: expected array, got string'],
    ['a number in depends_on', { ...LEAF, depends_on: ['other', 5] }, 'depends_on.1: expected string, got number'],
    [
      'a runbook that is not a web page',
      { ...LEAF, runbook: 'javascript:alert(1)' },
      'runbook: expected a URL that starts with http:// or https://',
    ],
    ['an unknown kind', { kind: 'postgrs' }, 'kind: unknown kind "postgrs"; did you mean postgres?'],
    ['an empty kind', { kind: '' }, 'kind: unknown kind'],
    ['a kind in another case', { kind: 'Postgres' }, 'kind: unknown kind "Postgres"; did you mean postgres?'],
    ['a kind that objects inherit', { kind: '__proto__' }, 'kind: unknown kind'],
  ])('is reported with its path: %s', async (_name, leaf, expected) => {
    expect(await leafProblems(leaf)).toEqual([expected]);
  });

  it('is reported without the value, which may be a secret', async () => {
    const url = `postgres://app:${SECRET}@db.example/app`;
    const leaves = [
      { kind: url },
      { kind: SECRET.repeat(10) },
      { ...LEAF, port: url },
      { ...LEAF, critical: url },
      { ...LEAF, timeout: url },
      { ...LEAF, runbook: url },
      { ...LEAF, depends_on: url },
      { kind: 'postgres', url: SECRET },
      { kind: 'postgres', url: `postgres://app:${SECRET}%@db example/app` },
      { kind: 'postgres', url: `${url}?sslmode=${SECRET}` },
      { kind: 'http', url: 'https://a.example', headers: SECRET },
      { kind: 'http', url: 'https://a.example', expect: SECRET },
      { kind: 'redis', url },
    ];
    for (const leaf of leaves) {
      const problems = await leafProblems(leaf);
      expect(problems).not.toEqual([]);
      expect(problems.join()).not.toContain(SECRET);
    }
  });
});

describe('a leaf with mistakes', () => {
  const broken = { kind: 'postgres', ulr: 1, timeout: '2' };

  it('is a ConfigurationError that names the path of the first and counts the others', async () => {
    const { root, problems } = await namespaceOf({ checks: { cache: { data: broken } } });
    expect(problems.map(({ path }) => path).sort()).toEqual(['checks.cache.data.timeout', 'checks.cache.data.ulr']);
    const [result] = resultsOf((await run(root, runOptions())).result);
    expect(result?.error).toMatchObject({
      code: 'ConfigurationError',
      message: expect.stringMatching(/^cache\.data\.\w+: .* \(and 1 more; see healthgate validate\)$/) as string,
    });
  });

  it('has the message of the contract when it has one mistake', async () => {
    const leaf = { kind: 'redis', url: 'redis://cache.example', ulr: 'x' };
    const { root } = await namespaceOf({ checks: { cache: { data: leaf } } });
    const [result] = resultsOf((await run(root, runOptions())).result);
    expect(result?.error?.message).toBe('cache.data.ulr: unknown key; did you mean url?');
  });

  it('makes the namespace fail unless it says that it is not critical', async () => {
    const verdict = async (leaf: object) => {
      const { root } = await namespaceOf({ checks: { leaf } });
      return (await run(root, runOptions())).verdict;
    };
    expect(await verdict(broken)).toBe('failing');
    expect(await verdict({ ...broken, critical: false })).toBe('degraded');
    expect(await verdict({ ...broken, critical: 'false' })).toBe('failing');
    expect(await verdict({ kind: 'nonsense', critical: false })).toBe('degraded');
  });

  it('does not affect the other leaves', async () => {
    const { root } = await namespaceOf({ checks: { broken, fine: LEAF } });
    expect(leavesOf(root)[1]).toMatchObject({ target: 'tcp db.example:5432' });
  });

  it('shows a name with control characters on one line', async () => {
    const { root } = await namespaceOf({ checks: { 'x\ny\u001b[2J': broken } });
    const [result] = resultsOf((await run(root, runOptions())).result);
    expect(result?.error?.message).not.toMatch(/\p{Cc}/u);
  });
});

describe('didYouMean', () => {
  const names = ['url', 'ca', 'critical', 'depends_on'];
  it.each([
    ['ulr', '; did you mean url?'],
    ['ur', '; did you mean url?'],
    ['URL', ''],
    ['x', ''],
    ['zz', ''],
    ['depend_on', '; did you mean depends_on?'],
    ['depends-on', '; did you mean depends_on?'],
    ['', ''],
    ['x'.repeat(1_000_000), ''],
  ])('suggests only a name that is close (%#)', (given, expected) => {
    expect(didYouMean(given, names)).toBe(expected);
  });

  it('suggests nothing when there are no names', () => {
    expect(didYouMean('x', [])).toBe('');
  });
});
