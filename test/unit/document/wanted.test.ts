import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { memberSchema, wantsObject } from '../../../lib/document/wanted.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const json = v.record(v.string(), v.unknown());
const leaf = v.strictObject({
  url: text,
  status: v.optional(v.union([v.number(), v.array(text)])),
  headers: v.optional(v.record(v.string(), text), {}),
  expect: v.optional(v.pipe(v.strictObject({ json: v.optional(json) }), v.description('What is expected.'))),
});

describe('wantsObject', () => {
  it.each([
    ['an object', leaf],
    ['a record', json],
    ['an optional record', leaf.entries.headers],
    ['a described object', leaf.entries.expect],
    ['any JSON', v.unknown()],
    ['a string or an object', v.union([v.string(), v.strictObject({})])],
  ])('is true for %s', (_what, schema) => {
    expect(wantsObject(schema)).toBe(true);
  });

  it.each([
    ['a string', text],
    ['an optional number or list', leaf.entries.status],
    ['one of several words', v.picklist(['a', 'b'])],
    ['nothing that is known', undefined],
  ])('is false for %s', (_what, schema) => {
    expect(wantsObject(schema)).toBe(false);
  });
});

describe('memberSchema', () => {
  it('finds the schema of a key, through what makes it optional', () => {
    expect(memberSchema(leaf, 'url')).toBe(text);
    expect(memberSchema(memberSchema(leaf, 'expect'), 'json')).toBe(leaf.entries.expect.wrapped.entries.json);
  });

  it('finds the schema of the items of a list, also within a union', () => {
    expect(memberSchema(leaf.entries.status, '0')).toBe(text);
  });

  it('finds the schema of the values of a record', () => {
    expect(memberSchema(leaf.entries.headers, 'authorization')).toBe(text);
  });

  it('finds any JSON under any JSON, however deep', () => {
    const under = memberSchema(memberSchema(json, 'a'), 'b');
    expect(under?.type).toBe('unknown');
    expect(wantsObject(under)).toBe(true);
  });

  it.each(['ulr', '__proto__', 'constructor'])('knows nothing of the key %s', (key) => {
    expect(memberSchema(leaf, key)).toBeUndefined();
  });
});
