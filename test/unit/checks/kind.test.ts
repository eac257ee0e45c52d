import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { hostOf } from '../../../lib/clients/url.ts';
import { port, url } from '../../../lib/clients/keys.ts';

describe('hostOf', () => {
  it.each([
    ['redis://cache.example', 'cache.example:6379'],
    ['redis://cache.example:1', 'cache.example:1'],
    ['redis://user:hunter2@cache.example:1/path?query=secret#fragment', 'cache.example:1'],
    ['redis://:hunter2@cache.example', 'cache.example:6379'],
    ['redis://[::1]:1', '[::1]:1'],
    ['redis://[::1]', '[::1]:6379'],
    ['redis://%2Frun%2Fredis.sock', '/run/redis.sock:6379'],
    ['redis://half%zz', 'half%zz:6379'],
  ])('reads the host of %s as %s', (text, host) => {
    expect(hostOf(text, 6379)).toBe(host);
  });
});

describe('url', () => {
  const schema = url('redis', 'git+ssh');
  const messageOf = (value: unknown) => v.safeParse(schema, value).issues?.[0].message;

  it.each(['redis://cache.example', 'git+ssh://user:p%40ss@host/x'])('accepts the URL %s', (text) => {
    expect(v.is(schema, text)).toBe(true);
  });

  it.each([
    'http://cache.example',
    'redis:cache.example',
    'rediss://cache.example',
    ' redis://cache.example',
    'gittssh://host',
    '',
  ])('refuses the URL %j', (text) => {
    expect(messageOf(text)).toBe('expected a URL that starts with redis:// or git+ssh://');
  });

  it('says what may be wrong with a URL that does not parse, without quoting it', () => {
    expect(messageOf('redis://user:hunter2 with space@h^ost')).toBe(
      'not a valid URL; are special characters in user or password percent-encoded?',
    );
  });
});

describe('port', () => {
  it.each([1, 65535])('accepts the port %d', (number) => {
    expect(v.is(port(), number)).toBe(true);
  });
  it.each([0, -1, 65536, 1.5, Infinity, '80', null])('refuses the port %j', (number) => {
    expect(v.is(port(), number)).toBe(false);
  });
});
