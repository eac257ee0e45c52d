import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { hostOf } from '../../../lib/clients/url.ts';
import { host, hostName, port, url } from '../../../lib/clients/keys.ts';

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

  it.each([
    ['redis://user:hunter2 with space@h^ost', 'has a host that is not a valid name or address'],
    ['redis://user:hunter2/more@host', 'has a / before the @; special characters in user and password must be'],
    ['redis://user:hunter2#more@host', 'has a # before the @; special characters in user and password must be'],
    ['redis://host:99999/', 'has a port that is not a number up to 65535'],
    ['redis://[::1', 'has a [ without a ]'],
    ['git+ssh://::1/', 'has an IPv6 address without brackets'],
    ['redis://:80', 'has no host'],
  ])('says what is wrong with %s, which does not parse, without quoting it', (text, expected) => {
    expect(URL.canParse(text)).toBe(false);
    expect(messageOf(text)).toContain(expected);
    expect(messageOf(text)).not.toContain('hunter2');
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

describe.each([
  ['host', host(), 'put it into port'],
  ['hostName', hostName(), 'leave it out'],
])('%s', (_name, schema, port) => {
  it.each(['shop.example', '10.0.0.1', '::1', 'localhost'])('accepts %s', (text) => {
    expect(v.is(schema, text)).toBe(true);
  });

  it.each([
    ['shop.example:80', `has a port; ${port}`],
    ['https://shop.example', 'is a URL; write its host alone'],
    ['user@shop.example', 'expected a host, and nothing else'],
    ['shop.example/path', 'expected a host, and nothing else'],
    [' shop.example', 'expected a host, and nothing else'],
  ])('refuses %j: %s', (text, expected) => {
    expect(v.safeParse(schema, text).issues?.map(({ message }) => message)).toEqual([expected]);
  });
});
