import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { hostText, parseRedisUrl, redisUrl } from '../../../../lib/clients/redis/url.ts';

const single = { form: 'single', tls: false, database: 0, master: '' };

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache.example', { ...single, hosts: [{ host: 'cache.example', port: 6379 }] }],
    ['redis://cache.example:6380/', { ...single, hosts: [{ host: 'cache.example', port: 6380 }] }],
    ['redis://cache.example/15', { ...single, hosts: [{ host: 'cache.example', port: 6379 }], database: 15 }],
    ['rediss://[::1]:6380/1', { ...single, tls: true, hosts: [{ host: '::1', port: 6380 }], database: 1 }],
    ['redis://:p%40ss%3A%2F@h', { ...single, password: 'p@ss:/', hosts: [{ host: 'h', port: 6379 }] }],
    ['redis://us%25er:pass@h', { ...single, user: 'us%er', password: 'pass', hosts: [{ host: 'h', port: 6379 }] }],
    ['rediss://h?ssl_cert_reqs=none', { ...single, tls: true, hosts: [{ host: 'h', port: 6379 }] }],
    [
      'rediss://h/2?ssl_cert_reqs=CERT_REQUIRED',
      { ...single, tls: true, hosts: [{ host: 'h', port: 6379 }], database: 2 },
    ],
    [
      'redis+sentinel://:pass@h1,h2:26380/main',
      {
        ...single,
        form: 'sentinel',
        password: 'pass',
        hosts: [
          { host: 'h1', port: 26379 },
          { host: 'h2', port: 26380 },
        ],
        master: 'main',
      },
    ],
    [
      'rediss+sentinel://h1:26379/my.main-1/3',
      {
        ...single,
        form: 'sentinel',
        tls: true,
        hosts: [{ host: 'h1', port: 26379 }],
        master: 'my.main-1',
        database: 3,
      },
    ],
    [
      'rediss+cluster://user:pass@h1:7001,[fe80::1]:7002',
      {
        ...single,
        form: 'cluster',
        tls: true,
        user: 'user',
        password: 'pass',
        hosts: [
          { host: 'h1', port: 7001 },
          { host: 'fe80::1', port: 7002 },
        ],
      },
    ],
    ['redis://h/1?db=2', { ...single, hosts: [{ host: 'h', port: 6379 }], database: 2 }],
    ['redis://default@h', { ...single, hosts: [{ host: 'h', port: 6379 }] }],
    ['redis://:@h', { ...single, hosts: [{ host: 'h', port: 6379 }] }],
    ['redis://h?ssl=true', { ...single, tls: true, hosts: [{ host: 'h', port: 6379 }] }],
    ['redis+unix:///run/redis.sock?db=3', { ...single, hosts: [{ host: '/run/redis.sock', port: 0 }], database: 3 }],
    ['unix://:pw@/run/r.sock', { ...single, password: 'pw', hosts: [{ host: '/run/r.sock', port: 0 }] }],
    [
      'redis+socket:///run/r.sock?virtual_host=4',
      { ...single, hosts: [{ host: '/run/r.sock', port: 0 }], database: 4 },
    ],
    [
      'redis+sentinel://h1?master_name=main&db=1',
      { ...single, form: 'sentinel', hosts: [{ host: 'h1', port: 26379 }], master: 'main', database: 1 },
    ],
    ['redis+cluster://h1/0', { ...single, form: 'cluster', hosts: [{ host: 'h1', port: 6379 }] }],
  ])('understands %s', (url, expected) => {
    const parsed = parseRedisUrl(url);
    expect(parsed).toEqual({ ...expected, server: parsed.server });
  });
});

describe('redisUrl', () => {
  const SECRET = 'hunter2';

  it.each([
    ['http://h', /redis:\/\//],
    ['redis://', /has no host/],
    ['redis://h:0', /expected host/],
    ['redis://h:65536', /expected host/],
    ['redis://h1,h2', /redis\+sentinel/],
    ['redis://h/zero', /database that is not a number/],
    ['redis://h/0/1', /database that is not a number/],
    ['redis://h?db=zero', /database that is not a number/],
    ['redis+cluster://h/1', /a cluster has only 0/],
    ['redis+sentinel://h', /name the master/],
    ['redis+sentinel://h/ma in', /letters, digits/],
    ['redis://h?master_name=main', /use redis\+sentinel/],
    ['redis://h?ssl_cert_reqs=none', /ssl_cert_reqs means nothing without TLS/],
    ['rediss://h?family=5', /parameter family must be 0, 4 or 6/],
    ['redis://h?protocol=4', /parameter protocol must be 2 or 3/],
    ['redis://h?ssl=no&ssl=yes', /ssl is given twice/],
    [`redis://${SECRET}@h`, /user:password/],
    [`redis://user:@h`, /user:password/],
    [`redis://a:b:${SECRET}@h`, /percent-encoded/],
    [`redis://:pa%zz${SECRET}@h`, /percent-encoding/],
    [`redis://:p@${SECRET}@h`, /percent-encoded/],
    [`redis://:12/${SECRET}@h`, /./],
    [`redis://user:p/${SECRET}@h`, /percent-encoded/],
    [`redis://:p?${SECRET}@h`, /has a \? before the @.*percent-encoded/],
    [`redis://user:1?${SECRET}=y@h`, /parameter after the \? is unknown/],
    [`redis://:p#${SECRET}@h`, /percent-encoded/],
    [`redis://h?db=${SECRET}`, /./],
    [`redis://h?password=${SECRET}&ssl_ca_certs=x`, /ssl_ca_certs is not supported/],
    ['redis://h?unheard_of=1', /parameter unheard_of is unknown/],
    ['redis://h?socket_timeot=1', /parameter socket_timeot is unknown; did you mean socket_timeout\?/],
    ['rediss://h?ssl_cert_reqs=maybe', /must be one of none, .*required/],
  ])('refuses %s without showing a secret', (url, message) => {
    const { success, issues = [] } = v.safeParse(redisUrl(), url);
    expect(success).toBe(false);
    const text = issues.map((issue) => issue.message).join('; ');
    expect(text).toMatch(message);
    expect(text).not.toContain(SECRET);
  });
});

describe('hostText', () => {
  it('puts an IPv6 address in brackets', () => {
    expect(hostText({ host: '::1', port: 6379 })).toBe('[::1]:6379');
    expect(hostText({ host: 'h', port: 6379 })).toBe('h:6379');
  });
});
