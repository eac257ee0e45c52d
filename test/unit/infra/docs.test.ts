import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { madeFiles, withBlock, withKindSections } from '../../../infra/docs.ts';
import { typeOf } from '../../../lib/document/key-rows.ts';
import type { Dialect } from '../../../lib/clients/dialects/dialect.ts';

const ROOT = join(import.meta.dirname, '../../..');

const section = (kind: string, works: string) => ({
  kind,
  works,
  couldPass: 'a server that hangs',
  schema: { properties: { kind: {}, url: { type: 'string', description: 'See redis://host.' } }, required: ['url'] },
});

const PAGE = `Intro.

<!-- redis: made by npm run docs -->
old
<!-- end of redis -->

Notes about redis.

<!-- tcp: made by npm run docs -->
old
<!-- end of tcp -->

Notes about tcp.
`;

describe('what npm run docs makes', () => {
  it('is up to date in every file', async () => {
    for (const [path, content] of await madeFiles()) {
      const written = await readFile(join(ROOT, path), 'utf8');
      expect(written, `${path} is out of date: run npm run docs`).toBe(content);
    }
  });
});

describe('a block of a page', () => {
  it('is replaced between its markers, and the rest of the page stays', () => {
    const page = 'before\n<!-- a: made by npm run docs -->\nold\n<!-- end of a -->\nafter\n';
    expect(withBlock(page, 'a', 'new\n')).toBe(
      'before\n<!-- a: made by npm run docs -->\n\nnew\n\n<!-- end of a -->\nafter\n',
    );
  });

  it('is missed where the page has no markers for it', () => {
    expect(() => withBlock('text', 'a', 'new')).toThrow('expected <!-- a: made by npm run docs -->');
  });
});

describe('the sections of kinds', () => {
  it('follow the order of the kinds, and each keeps its notes', () => {
    const page = withKindSections(PAGE, [section('tcp', 'it opens'), section('redis', 'PING answers')]);
    expect(page.startsWith('Intro.\n\n<!-- tcp: made by npm run docs -->')).toBe(true);
    expect(page).toMatch(/## tcp[^]*it opens[^]*Notes about tcp\.[^]*## redis[^]*PING answers[^]*Notes about redis\./);
    expect(page).not.toContain('old');
  });

  it('include a kind that has no section yet', () => {
    const page = withKindSections(
      PAGE,
      ['redis', 'dns', 'tcp'].map((kind) => section(kind, 'it works')),
    );
    expect(page).toMatch(/Notes about redis\.[^]*## dns[^]*## tcp/);
  });

  it('say what could pass nevertheless', () => {
    const page = withKindSections('', [section('tcp', 'it opens')]);
    expect(page).toContain('Working means: it opens.\n\nWhat could pass nevertheless: a server that hangs.\n');
  });

  it('show the parameters of a URL once, and then link to them', () => {
    const parameters = [{ names: ['ssl'], fate: 'harmless', words: 'no answer depends on it' }] as const;
    const dialect = (scheme: string, more: object = {}): Dialect =>
      ({ schemes: { [scheme]: { port: 1 } }, parameters, ...more }) as unknown as Dialect;
    const page = withKindSections('', [
      { ...section('one', 'it works'), dialects: [dialect('one')] },
      { ...section('two', 'it works'), dialects: [dialect('two'), dialect('three', { parameters: [] })] },
    ]);
    expect(page).toContain('The URL starts with `one://`.\n\n| Parameter of the URL');
    expect(page).toContain('The URL starts with `two://`. Its parameters are [those of `one`](#one).\n');
    expect(page).toContain('Or it starts with `three://`.\n\n| Parameter of the URL');
    expect(page.split('no answer depends on it')).toHaveLength(2);
  });

  it('name the kind of a section that no longer exists, since its notes would be lost', () => {
    expect(() => withKindSections(PAGE, [section('redis', 'PING answers')])).toThrow('a section for tcp');
  });

  it('show the keys of the kind, with URLs as code', () => {
    expect(withKindSections('', [section('redis', 'PING answers')])).toContain(
      '| `url` | string | **required** | See `redis://host`. |',
    );
  });
});

describe('the type of a key', () => {
  const secret = { $ref: '#/$defs/secret' };
  it.each([
    ['a string that may be a reference', { anyOf: [{ type: 'string' }, secret] }, 'string'],
    ['a number with bounds', { type: 'number', minimum: 0, maximum: 28 }, 'number from 0 to 28'],
    ['a number above a bound', { type: 'number', exclusiveMinimum: 0 }, 'number above 0'],
    ['a choice', { enum: ['read', 'write'] }, '`"read"`, `"write"`'],
    ['a list', { type: 'array', items: { anyOf: [{ type: 'string' }, secret] } }, 'list of strings'],
    [
      'a list of several types',
      { type: 'array', items: { anyOf: [{ anyOf: [{ type: 'integer', minimum: 200 }] }, { type: 'string' }] } },
      'list of integers or strings',
    ],
    [
      'one or many',
      { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      'string or list of strings',
    ],
  ])('is written in words: %s', (_name, schema, words) => {
    expect(typeOf(schema)).toBe(words);
  });
});
