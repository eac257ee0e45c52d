import { describe, expect, it } from 'vitest';
import { leavesOf } from '../../../lib/engine/tree.ts';
import type { Check } from '../../../lib/engine/types.ts';
import { parseNamespace } from '../../../lib/document/namespace.ts';
import { LEAF, namespaceOf, TOKEN } from '../../support/namespace.ts';

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${String(index)}`, LEAF]));
const nested = (levels: number, inner: unknown): object =>
  levels === 0 ? (inner as object) : { g: nested(levels - 1, inner) };

/** Runs a check of a document. Returns what it throws. */
async function messageOf(check: Check | undefined): Promise<string> {
  const context = undefined as never; // a check with a mistake does not use it
  return check === undefined
    ? ''
    : check.run(context).then(
        () => 'works',
        (error: unknown) => String(error),
      );
}

describe('the tree of a document', () => {
  it('has the shape and the order of the document', async () => {
    const leaf = JSON.stringify(LEAF);
    const checks = `{"2":{"b":${leaf},"a":{"c":${leaf}}},"1":${leaf},"__proto__":${leaf}}`;
    const text = `{"access_token":"${TOKEN}","checks":${checks}}`;
    const { root, problems } = await parseNamespace('prod', text);
    expect(problems).toEqual([]);
    expect(root).toMatchObject({
      parts: [
        {
          name: '2',
          parts: [
            { name: 'b', path: ['2', 'b'] },
            { name: 'a', parts: [{ name: 'c' }] },
          ],
        },
        { name: '1' },
        { name: '__proto__' },
      ],
    });
  });

  it('has a check for each object with a string kind, and a group for any other object', async () => {
    const checks = { leaf: { kind: 'nonsense' }, group: { kind: { kind: 'tcp', host: 'h', port: 1 } } };
    const { root } = await namespaceOf({ checks });
    expect(leavesOf(root).map(({ path }) => path.join('/'))).toEqual(['leaf', 'group/kind']);
  });

  it.each([['a text'], [1], [null], [true], [[LEAF]]])(
    'keeps its other checks when one of them is %j by mistake',
    async (value) => {
      const { root, problems } = await namespaceOf({ checks: { cache: { data: value, fine: LEAF } } });
      expect(problems).toMatchObject([{ path: 'checks.cache.data' }]);
      const [check, fine] = leavesOf(root);
      expect(fine).toMatchObject({ target: 'tcp db.example:5432' });
      expect(await messageOf(check)).toMatch(
        /^ConfigurationError: cache\.data: expected a check or a group of checks, got /,
      );
    },
  );

  it.each(['say "hi"', 'a.b', 'tab\tfeed\n', '<script>', '', ' ', '\u202e', 'x'.repeat(200), '🎉'.repeat(200)])(
    'may have a check with the name %j',
    async (name) => {
      const { root, problems } = await namespaceOf({ checks: { [name]: LEAF, group: { [name]: LEAF } } });
      expect(problems).toEqual([]);
      expect(leavesOf(root).map((check) => check.path)).toEqual([[name], ['group', name]]);
    },
  );
});

describe('the size of the tree', () => {
  it('may be up to 1,000 checks', async () => {
    const { root } = await namespaceOf({ checks: { a: many(500), b: many(500) } });
    expect(leavesOf(root)).toHaveLength(1000);
  });

  it.each([1001, 10_000])('may not be %d checks', async (count) => {
    await expect(namespaceOf({ checks: many(count) })).rejects.toMatchObject({ message: 'checks: more than 1000' });
  });

  it.each([1, 19])('may be %d levels of groups', async (levels) => {
    const { root } = await namespaceOf({ checks: nested(levels, { leaf: LEAF }) });
    expect(leavesOf(root)[0]?.path).toHaveLength(levels + 1);
  });

  it.each([20, 21, 100, 200, 1000, 3000])('may not be %d levels of groups', async (levels) => {
    const checks = `${'{"a":'.repeat(levels)}{"leaf":{"kind":"tcp"}}${'}'.repeat(levels)}`;
    const text = `{"access_token":"${TOKEN}","checks":${checks}}`;
    await expect(parseNamespace('prod', text)).rejects.toMatchObject({
      name: 'DocumentError',
      message: expect.stringContaining('nested') as string,
    });
  });

  it.each([100, 3000])('does not include the %d levels of a value in a leaf or beside the checks', async (levels) => {
    const deep = `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const leaf = `{"access_token":"${TOKEN}","checks":{"x":{"kind":"tcp","host":${deep}}}}`;
    const beside = `{"access_token":"${TOKEN}","checks":{"x":{"kind":"tcp"}},"extra":${deep}}`;
    for (const text of [leaf, beside]) {
      const parsed = await parseNamespace('prod', text).then(
        () => 'used',
        (error: unknown) => (error as Error).name,
      );
      expect(parsed).toBe(levels > 256 ? 'DocumentError' : 'used');
    }
  });
});

describe('depends_on', () => {
  const tree = (dependsOn: readonly string[]) => ({
    app: { ...LEAF, depends_on: dependsOn },
    cache: { data: LEAF, pages: LEAF },
    'queues.high': LEAF,
  });

  it.each([
    [['cache/data'], ['cache/data']],
    [['cache'], ['cache/data', 'cache/pages']],
    [
      ['cache', 'cache/pages'],
      ['cache/data', 'cache/pages'],
    ],
    [['queues.high'], ['queues.high']],
    [[], []],
  ])('resolves %j to the checks %j', async (given, expected) => {
    const { root, problems } = await namespaceOf({ checks: tree(given) });
    expect(problems).toEqual([]);
    expect(leavesOf(root)[0]?.dependsOn).toEqual(expected);
  });

  it.each([
    ['cache/dta', 'no other check at cache/dta; did you mean cache/data?'],
    ['app', 'no other check at app'],
    ['zzzzzzzzzzzzzzz', 'no other check at zzzzzzzzzzzzzzz'],
    ['cach', 'no other check at cach'],
    ['', 'no other check at '],
    ['cache/', 'no other check at cache/'],
    ['/cache', 'no other check at /cache'],
    ['__proto__', 'no other check at __proto__'],
  ])('reports %j as a mistake', async (given, message) => {
    const { problems } = await namespaceOf({ checks: tree(['cache', given]) });
    expect(problems).toMatchObject([
      { path: 'checks.app.depends_on', message: expect.stringContaining(message) as string },
    ]);
  });

  it('resolves the group of the check itself to the other checks in it', async () => {
    const { root } = await namespaceOf({ checks: { g: { a: { ...LEAF, depends_on: ['g'] }, b: LEAF } } });
    expect(leavesOf(root)[0]?.dependsOn).toEqual(['g/b']);
  });
});
