import { describe, expect, it } from 'vitest';
import { formats } from '../../../lib/formats/index.ts';
import { negotiate } from '../../../lib/http/negotiate.ts';

const nameFor = (accept: string | undefined, query = '') => negotiate(new URLSearchParams(query), accept)?.name;

describe('Accept', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/json', 'json'],
    ['text/plain', 'text'],
    ['TEXT/PLAIN', 'text'],
    ['text/plain; charset=utf-8', 'text'],
    ['text/plain;version=1.0.0;q=0.9,application/json; q=0.1;charset=utf-8', 'text'],
    ['application/json;q=0.1, text/plain;q=0.5', 'text'],
    ['application/json;q=0.5, text/plain;q=0.1', 'json'],
    ['text/plain, */*;q=0.1', 'text'],
    ['application/json;q=0, text/plain', 'text'],
    ['application/json;q=0', 'json'],
    ['nothing/known', 'json'],
    ['*/*;q=0', 'json'],
    ['garbage', 'json'],
    [',,,;q=x', 'json'],
    ['json', 'json'],
    ['__proto__', 'json'],
    [`${'a/b,'.repeat(50_000)}text/plain`, 'text'],
  ])('chooses the best format that exists (%#)', (accept, name) => {
    expect(nameFor(accept)).toBe(name);
  });
});

describe('?format=', () => {
  it.each(formats.map(({ name }) => name))('chooses the format %s, whatever Accept says', (name) => {
    expect(nameFor('text/plain', `format=${name}`)).toBe(name);
    expect(nameFor('application/json', `format=${name}`)).toBe(name);
  });

  it.each(['', 'xml', 'JSON', ' json', '__proto__', 'constructor'])('finds no format by the name %j', (name) => {
    expect(nameFor('text/plain', new URLSearchParams({ format: name }).toString())).toBeUndefined();
  });

  it('chooses the first of two formats, and its own name is case-sensitive', () => {
    expect(nameFor(undefined, 'format=text&format=nothing')).toBe('text');
    expect(nameFor('text/plain', 'Format=json')).toBe('text');
  });
});
