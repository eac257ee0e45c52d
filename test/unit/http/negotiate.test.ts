import { describe, expect, it } from 'vitest';
import type { Need } from '../../../lib/formats/format.ts';
import { formats } from '../../../lib/formats/index.ts';
import { negotiate } from '../../../lib/http/negotiate.ts';

const nameFor = (accept: string | undefined, query = '', has: readonly Need[] = ['history']) =>
  negotiate(new URLSearchParams(query), accept, has)?.name;

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

describe('history', () => {
  it.each(['1h', '24h', '25h', '999h', '1000h', '2160h', '1d', '8d', '9d', '10d', '89d', '90d'])(
    'of the range %s can be asked for in json',
    (range) => {
      expect(nameFor(undefined, `history=${range}`)).toBe('json');
    },
  );

  it.each([
    '',
    '0h',
    '0d',
    '01h',
    '2161h',
    '9999h',
    '91d',
    '100d',
    '-1h',
    '1.5h',
    '1e1h',
    '24',
    '24H',
    '1w',
    '1h ',
    '24h24h',
  ])('of the range %j does not exist', (range) => {
    expect(nameFor(undefined, new URLSearchParams({ history: range }).toString())).toBeUndefined();
  });

  it.each(['badge', 'shields'])('has uptime of four ranges in %s, and nothing else', (format) => {
    for (const range of ['24h', '7d', '30d', '90d'])
      expect(nameFor(undefined, `format=${format}&of=uptime-${range}`)).toBe(format);
    for (const of of ['', 'uptime', 'uptime-1d', 'uptime-24', 'status'])
      expect(nameFor(undefined, `format=${format}&of=${of}`)).toBeUndefined();
  });

  it('is ignored by the formats that do not know it, unless it is nonsense', () => {
    expect(nameFor(undefined, 'format=text&history=24h')).toBe('text');
    expect(nameFor(undefined, 'format=json&of=uptime-24h')).toBe('json');
    expect(nameFor(undefined, 'format=text&history=nonsense')).toBeUndefined();
    expect(nameFor(undefined, 'format=json&of=nonsense')).toBeUndefined();
  });

  it('cannot be asked for where the deployment has none', () => {
    for (const query of ['history=24h', 'format=badge&of=uptime-30d', 'format=atom'])
      expect(nameFor(undefined, query, [])).toBeUndefined();
    expect(nameFor('application/atom+xml', '', [])).toBe('json');
    expect(nameFor('application/atom+xml', '')).toBe('atom');
  });
});
