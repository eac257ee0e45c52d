/** Mistakes that people make, and the words that say what was meant. */
import { describe, expect, it } from 'vitest';
import { createToken } from '../../../lib/document/tokens.ts';
import { kinds } from '../../../lib/checks/index.ts';
import { exampleOf, leafJsonSchema } from '../../../lib/document/schema.ts';
import { inspectDocument } from '../../../lib/document/inspect.ts';
import { leavesOf } from '../../../lib/engine/tree.ts';
import { mistakesInSetUp } from '../../../lib/record/set-up.ts';
import { documentText, LEAF, leafProblems, namespaceOf, problemsOf, TOKEN } from '../../support/namespace.ts';

const HTTP = { kind: 'http', url: 'https://a.example' };

const required = kinds.flatMap((kind) =>
  (leafJsonSchema(kind).required ?? []).filter((key) => key !== 'kind').map((key) => [kind.kind, key] as const),
);

it.each(required)('a %s whose %s has another name says so', async (kind, key) => {
  const { [key]: value, ...others } = exampleOf(kind);
  expect(await leafProblems({ ...others, zzzzzzzzzzzz: value })).toContain(
    `zzzzzzzzzzzz: unknown key; did you mean ${key}?`,
  );
});

it.each([
  [{ kind: 'dns', host: 'a.example' }, 'host: unknown key; did you mean name?'],
  [{ kind: 'dns', host: 'a.example', owner: 'me' }, 'host: unknown key'],
  [{ kind: 'dns', host: 1 }, 'host: unknown key'],
  [{ kind: 'dns', name: 'a.example', host: 'a.example' }, 'host: unknown key'],
])('an unknown key is taken for the one that is missing only where that would do: %j', async (leaf, problem) => {
  expect(await leafProblems(leaf)).toContain(problem);
});

describe('a mistake in a check says what was probably meant', () => {
  it.each([
    [{ ...LEAF, timeout: '2s' }, 'timeout: expected number, got string; did you mean 2? It is in seconds'],
    [{ ...LEAF, timeout: '500 ms' }, 'timeout: expected number, got string; did you mean 0.5? It is in seconds'],
    [{ ...LEAF, slow: '1m' }, 'slow: expected number, got string'],
    [{ ...LEAF, timeout: '2' }, 'timeout: expected number, got string; remove the quotes'],
    [{ ...LEAF, timeout: 2000 }, 'timeout: must be <=28; did you mean 2? It is in seconds'],
    [{ ...LEAF, slow: 250 }, 'slow: must be <=28; did you mean 0.25? It is in seconds'],
    [{ ...LEAF, timeout: 60 }, 'timeout: must be <=28'],
    [{ ...LEAF, timeout: 90_000 }, 'timeout: must be <=28'],
    [{ ...LEAF, port: '5432' }, 'port: expected number, got string; remove the quotes'],
    [{ ...LEAF, port: '2s' }, 'port: expected number, got string'],
    [{ ...LEAF, critical: 'false' }, 'critical: expected boolean, got string; remove the quotes'],
    [
      { ...LEAF, host: { secrets: 'prod/db' } },
      'host: expected string, got object with the unknown key secrets; did you mean secret?',
    ],
    [
      { ...LEAF, host: { secret: 'prod/db', kay: 'url' } },
      'host: expected string, got object with the unknown key kay; did you mean key?',
    ],
    [
      { ...HTTP, headers: { a: { Secret: 'x' } } },
      'headers.a: expected string, got object with the unknown key Secret; did you mean secret?',
    ],
    [
      { ...LEAF, host: { enf: 'HOST' } },
      'host: expected string, got object with the unknown key enf; did you mean env?',
    ],
    [{ ...LEAF, host: { zzzzzz: 1 } }, 'host: expected string, got object'],
    [{ ...LEAF, depends_on: ['leaf'] }, 'depends_on: no other check at leaf: a check cannot depend on itself'],
  ])('in %j', async (leaf, message) => {
    expect(await leafProblems(leaf)).toEqual([message]);
  });

  it('in each of several unknown keys', async () => {
    expect(await leafProblems({ ...LEAF, tiemout: 1, zzzzzz: 1, hots: 1 })).toEqual([
      'tiemout: unknown key; did you mean timeout?',
      'zzzzzz: unknown key',
      'hots: unknown key; did you mean host?',
    ]);
  });

  it('in the first of very many unknown keys', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${String(index)}`, 1]));
    const problems = await leafProblems({ ...LEAF, ...many });
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe(': 9980 more unknown keys');
    expect(await problemsOf(many)).toHaveLength(21);
  });
});

describe('an object whose kind is missing or misspelt', () => {
  it.each([
    [{ kynd: 'redis' }, ['kynd: expected a check or a group of checks, got string; did you mean kind?']],
    [{ type: 'redis' }, ['type: expected a check or a group of checks, got string; did you mean kind?']],
    [{ kind: 5 }, ['kind: expected a check or a group of checks, got number; the kind must be a string']],
    [
      { url: 'redis://a.example' },
      ['url: expected a check or a group of checks, got string; an object without a kind is a group'],
    ],
    [{ zzzzzz: 'x' }, ['zzzzzz: expected a check or a group of checks, got string']],
  ])('is a group of which each member fails, and the message says what was meant: %j', async (leaf, messages) => {
    expect(await leafProblems(leaf)).toEqual(messages);
    const { root } = await namespaceOf({ checks: { leaf } });
    expect(leavesOf(root)).toHaveLength(messages.length);
  });
});

describe('a top-level mistake says what was probably meant', () => {
  it.each([
    [
      { timeout: '2s' },
      'timeout: expected a number from 0.001 to 28, got string; 2 is used; did you mean 2? It is in seconds',
    ],
    [{ deadline: 5000 }, 'deadline: expected a number from 0.001 to 28; 10 is used; did you mean 5? It is in seconds'],
    [{ max_age: 60_000 }, 'max_age: expected a number from 0 to 3600; 5 is used; did you mean 60? It is in seconds'],
    [{ failing_status: 2000 }, 'failing_status: expected a number from 200 to 599; 503 is used'],
    [
      { disabled: 'false' },
      'disabled: expected true or false, got string; the namespace is disabled; remove the quotes',
    ],
    [
      { access_tokens: [TOKEN, { secrets: 'x' }] },
      'access_tokens.1: expected a string, got object with the unknown key secrets; did you mean secret?',
    ],
  ])('in %j', async (keys, message) => {
    expect(await problemsOf(keys)).toEqual([message]);
  });
});

describe('what is merely doubtful is reported and breaks nothing', () => {
  const other = createToken('dev');

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['an empty group', { checks: { a: LEAF, b: {} } }, 'checks.b: an empty group: it checks nothing'],
    [
      'a slash in the name of a check',
      { checks: { 'a/b': LEAF } },
      'checks.a/b: a slash in a name is written %2F in URLs, depends_on and --part: a%2Fb',
    ],
    [
      'a slash in the name of a group',
      { checks: { 'a/b': { c: LEAF } } },
      'checks.a/b: a slash in a name is written %2F in URLs, depends_on and --part: a%2Fb',
    ],
    [
      'a deadline below the timeout',
      { deadline: 1, timeout: 5 },
      'deadline: below the timeout of 5 s, and cuts it off',
    ],
    [
      'a deadline below the timeout of a check',
      { deadline: 3, checks: { a: { ...LEAF, timeout: 4 } } },
      'checks.a.timeout: longer than the deadline of the whole run, 3 s',
    ],
    [
      "a token with another namespace's name",
      { access_tokens: [TOKEN, other] },
      'access_tokens.1: carries the name of another namespace, dev, so it opens nothing here; ' +
        'make one with healthgate token prod',
    ],
    [
      'a circle',
      { checks: { a: { ...LEAF, depends_on: ['b'] }, b: { ...LEAF, depends_on: ['a'] } } },
      'checks.a.depends_on: goes in a circle: a → b → a; leave one of them out',
    ],
    [
      'a circle through a group',
      { checks: { g: { a: LEAF, b: { ...LEAF, depends_on: ['c'] } }, c: { ...LEAF, depends_on: ['g'] } } },
      'checks.g.b.depends_on: goes in a circle: g/b → c → g/b; leave one of them out',
    ],
  ])('%s', async (_name, keys, message) => {
    const { root, problems } = await namespaceOf(keys);
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([message]);
    for (const check of leavesOf(root)) expect(check.target).toBe('tcp db.example:5432');
  });

  it('but a chain, a diamond and a check in a group that it depends on are not', async () => {
    const checks = {
      a: { ...LEAF, depends_on: ['b', 'c'] },
      b: { ...LEAF, depends_on: ['d'] },
      c: { ...LEAF, depends_on: ['d'] },
      d: LEAF,
      g: { e: { ...LEAF, depends_on: ['g', 'a'] }, f: LEAF },
    };
    expect(await problemsOf({ checks })).toEqual([]);
  });

  it('each circle once, and a long one with an ellipsis', async () => {
    const ring = (prefix: string, length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => [
          `${prefix}${String(index)}`,
          { ...LEAF, depends_on: [`${prefix}${String((index + 1) % length)}`] },
        ]),
      );
    expect(await problemsOf({ checks: { ...ring('a', 3), ...ring('b', 200) } })).toEqual([
      'checks.a0.depends_on: goes in a circle: a0 → a1 → a2 → a0; leave one of them out',
      'checks.b0.depends_on: goes in a circle: b0 → b1 → b2 → b3 → b4 → b5 → … → b0; leave one of them out',
    ]);
  });

  it('not a token whose namespace is unknown', async () => {
    expect((await inspectDocument('', documentText({ access_tokens: [other] }))).problems).toEqual([]);
  });
});

describe('the place of a mistake', () => {
  const text = [
    '{',
    `  "access_tokens": ["${TOKEN}", "short"],`,
    '  "checks": {',
    '    "a.b": { "c": { "kind": "tcp", "host": "h", "prot": 1 } },',
    '    "a": {},',
    '    "g": {',
    '      "leaf": { "kind": "http",',
    '        "url": "ftp://x" }',
    '    }',
    '  }',
    '}',
  ].join('\n');

  it.each([
    ['line feeds', text],
    ['a byte order mark', `\uFEFF${text}`],
    ['carriage returns', text.replaceAll('\n', '\r\n')],
  ])('is the line and column of its key, also with %s', async (_name, text) => {
    const { problems } = await inspectDocument('prod', text);
    expect(problems.map(({ path, line, column }) => [path, line, column])).toEqual([
      ['access_tokens.1', 2, 53],
      ['checks.a', 5, 5],
      ['checks.a.b.c.prot', 4, 49],
      ['checks.a.b.c.port', 4, 14],
      ['checks.g.leaf.url', 8, 9],
    ]);
  });

  it('is the beginning of the document when a top-level key is missing', async () => {
    const { problems } = await inspectDocument('prod', '\n{"access_tokens":[]}');
    expect(problems).toMatchObject([
      { path: 'access_tokens', line: 2, column: 2 },
      { path: 'checks', message: 'missing', line: 1, column: 1 },
    ]);
  });
});

describe('a value that is none of the choices', () => {
  const choices = 'GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS';

  it.each([
    ['get', '"get"'],
    ['pots', '"pots"'],
    ['S3cret-Pass', 'another string'],
    ['thirteenchars', 'another string'],
    [{ secret: 'x' }, '"***"'],
  ])('is told only where it is a short word, and never where a secret holds it: %j', async (method, told) => {
    const problems = await leafProblems({ ...HTTP, method }, () => Promise.resolve('hunter'));
    expect(problems).toEqual([`method: expected ${choices}, got ${told}`]);
  });

  it('is not told of a target either, where a secret holds it', async () => {
    const slack = { type: 'slack', url: 'https://hooks.example/x', on: [{ secret: 'x' }] };
    const problems = await mistakesInSetUp(await namespaceOf({ notify: [slack] }, () => Promise.resolve('hunter')));
    expect(problems.map(({ message }) => message)).toEqual(['expected down, up or degraded, got "***"']);
  });
});
