import { describe, expect, it } from 'vitest';
import { findPart, leavesOf, namesOf, pathKey } from '../../../lib/engine/tree.ts';
import { checkAt, groupOf } from '../../support/part.ts';

const data = checkAt('cache/data');
const proto = checkAt('__proto__');
const slashed = checkAt('x', {});
const cache = groupOf('cache', data, groupOf('empty'));
const root = groupOf('', cache, proto, { ...slashed, name: 'a/b' });

describe('findPart', () => {
  it.each([
    ['the whole tree for no names', [], root],
    ['a group', ['cache'], cache],
    ['a check', ['cache', 'data'], data],
    ['a name that objects inherit', ['__proto__'], proto],
  ])('finds %s', (_name, names, expected) => {
    expect(findPart(root, names)).toBe(expected);
  });

  it('treats a name with a slash as one name', () => {
    expect(findPart(root, ['a/b'])).toMatchObject({ name: 'a/b' });
    expect(findPart(root, ['a', 'b'])).toBeUndefined();
  });

  it.each([
    ['an unknown name', ['nothing']],
    ['a name below a check', ['cache', 'data', 'more']],
    ['a name below nothing', ['nothing', 'more']],
    ['a name that every object has', ['constructor']],
    ['a name that every array has', ['cache', 'length']],
    ['a name in another case', ['Cache']],
    ['the empty name', ['']],
  ])('does not find %s', (_name, names) => {
    expect(findPart(root, names)).toBeUndefined();
  });
});

it('leavesOf lists the checks in the order of the document', () => {
  expect(leavesOf(root).map(({ name }) => name)).toEqual(['data', '__proto__', 'a/b']);
  expect(leavesOf(data)).toEqual([data]);
  expect(leavesOf(groupOf('empty'))).toEqual([]);
});

describe('pathKey and namesOf', () => {
  it.each([
    ['one name', ['a'], 'a'],
    ['several names', ['a', 'b'], 'a/b'],
    ['a name with a slash', ['a/b', 'c'], 'a%2Fb/c'],
    ['no names', [], ''],
  ])('convert %s to a path and back', (_title, names, path) => {
    expect(pathKey(names)).toBe(path);
    expect(namesOf(path)).toEqual(names);
  });

  it('ignore slashes that separate nothing', () => {
    expect(namesOf('/a//b/')).toEqual(['a', 'b']);
  });
});
