import { execFileSync } from 'node:child_process';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { brokerMistake, brokersOf } from '../../../lib/clients/amqp/url.ts';
import { clickhouseDialect } from '../../../lib/clients/dialects/clickhouse.ts';
import type { Dialect } from '../../../lib/clients/dialects/dialect.ts';
import { postgresDialect } from '../../../lib/clients/dialects/postgres.ts';
import { redisDialect } from '../../../lib/clients/dialects/redis.ts';
import { problemIn, readServer } from '../../../lib/clients/dialects/server.ts';
import { networkError } from '../../../lib/clients/network-errors.ts';
import { redisMistake } from '../../../lib/clients/redis/url.ts';
import { certificateMistake, partKeys, tlsKeys } from '../../../lib/clients/server-keys.ts';
import { postgresMistake } from '../../../lib/clients/sql/postgres.ts';
import { tlsModeOf, tlsOptions } from '../../../lib/clients/tls.ts';

const SECRET = 'hunter2';

describe('a server that is given by its parts', () => {
  it.each<[object, Dialect, object]>([
    [{ host: 'h', user: 'u' }, postgresDialect, { hosts: [{ host: 'h', port: 5432 }], user: 'u' }],
    [{ host: '::1', port: '7' }, postgresDialect, { hosts: [{ host: '::1', port: 7 }] }],
    [{ host: 'h', tls: 'verify-full' }, clickhouseDialect, { hosts: [{ host: 'h', port: 8443 }], tls: 'verify-full' }],
    [{ host: 'h', database: 2 }, redisDialect, { hosts: [{ host: 'h', port: 6379 }], database: '2' }],
    [{ host: '/run/r.sock' }, redisDialect, { hosts: [{ host: '/run/r.sock' }] }],
    [
      { url: 'postgres://u:p@h:1/app', user: 'v', password: 'q', host: 'other', port: 2, database: 'x' },
      postgresDialect,
      { hosts: [{ host: 'other', port: 2 }], user: 'v', password: 'q', database: 'x' },
    ],
    [{ url: 'postgres://u@h:1/app', host: 'other' }, postgresDialect, { hosts: [{ host: 'other', port: 1 }] }],
    [{ url: 'rediss://h', tls: 'require' }, redisDialect, { tls: 'verify-full' }],
    [{ url: 'redis://h', tls: 'require' }, redisDialect, { tls: 'encrypt' }],
  ])('is read from %j', (keys, dialect, expected) => {
    expect(readServer(keys, dialect)).toMatchObject(expected);
  });

  it.each([
    [{}, { path: 'url', message: 'missing: a check needs url or host' }],
    [{ user: 'u' }, { path: 'url', message: 'missing: a check needs url or host' }],
    [
      { url: 'postgres://u@a,b/app', host: 'c' },
      { path: 'host', message: 'contradicts the URL, which has several hosts' },
    ],
    [
      { url: 'postgres://u@a,b/app', port: 1 },
      { path: 'port', message: 'contradicts the URL, which has several hosts' },
    ],
    [
      { host: `h:${SECRET}`, user: 'u' },
      { path: 'host', message: expect.stringContaining('without a port') as string },
    ],
    [
      { host: 'h', user: 'u', port: SECRET },
      { path: 'port', message: 'must be a number from 1 to 65535' },
    ],
    [
      { url: 'postgres://u@h/app?sslmode=require', tls: 'off' },
      { path: 'url', message: 'the key tls turns TLS off, but sslmode needs it: leave one of them out' },
    ],
  ])('has a mistake that is named in %j', (keys, problem) => {
    expect(postgresMistake(keys)).toEqual(problem);
  });

  it('is ambiguous beside several brokers', () => {
    const url = 'amqp://a;amqp://b';
    expect(brokerMistake({ url, user: 'u' })?.message).toBe(
      'has several brokers, so the key user is ambiguous; leave it out',
    );
    expect(brokersOf({ url }).length).toBe(2);
    expect(brokersOf({ host: 'h', tls: 'verify-full' })[0]?.hosts).toEqual([{ host: 'h', port: 5671 }]);
  });

  it('may complete the login of a URL of Redis', () => {
    expect(redisMistake({ url: 'redis://u@h' })?.message).toContain('has a user but no password');
    expect(redisMistake({ url: 'redis://u@h', password: 'p' })).toBeUndefined();
  });

  it('has words for TLS, and no others', () => {
    expect(v.is(partKeys.tls, 'verify-ca')).toBe(true);
    expect(v.safeParse(partKeys.tls, 'yes').issues?.[0].message).toMatch(/^expected one of off, require/);
  });

  it('does not take an unforeseen error for a mistake', () => {
    expect(() =>
      problemIn(() => {
        throw new TypeError('a fault of ours');
      }),
    ).toThrow('a fault of ours');
  });
});

/** A private key and a certificate of its own, in PEM. */
function selfSigned(): { key: string; cert: string } {
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const pem = execFileSync('openssl', [...args, '-subj', '/CN=client', '-keyout', '-', '-out', '-'], { stdio: 'pipe' });
  const [key = '', cert = ''] = pem.toString().split(/(?=-----BEGIN CERTIFICATE)/);
  return { key, cert };
}

describe('the certificate of a client', () => {
  const one = selfSigned();
  const other = selfSigned();

  it('comes with its key', () => {
    expect(certificateMistake(one)).toBeUndefined();
    expect(certificateMistake({ cert: one.cert })?.path).toBe('key');
    expect(certificateMistake({ key: one.key })?.path).toBe('cert');
    expect(certificateMistake({ cert: one.cert, key: other.key })?.message).toContain('does not belong');
    expect(certificateMistake(one, false)?.message).toContain('no use without TLS');
  });

  it.each([
    ['cert', SECRET],
    ['key', SECRET],
    ['key', one.cert],
  ] as const)('is refused as %s where it is not PEM, without showing it', (key, value) => {
    const message = v.safeParse(tlsKeys[key], value).issues?.[0].message;
    expect(message).toMatch(/^expected a .* in PEM/);
    expect(message).not.toContain(SECRET);
  });

  it('is shown with the name of the server, and turns TLS on', () => {
    const server = readServer({ host: 'db.example', user: 'u' }, postgresDialect);
    expect(tlsModeOf(server, one)).toBe('verify-full');
    expect(tlsOptions('verify-full', server, one, 'db.example')).toEqual({
      ...one,
      servername: 'db.example',
      rejectUnauthorized: true,
    });
    expect(tlsOptions('verify-full', server, {}, '192.0.2.1')).toEqual({ rejectUnauthorized: true });
  });
});

describe('a TLS handshake that fails', () => {
  it.each([
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it asks for a client certificate; set cert and key'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'it asks for a client certificate; set cert and key, or has no cipher'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'does not trust the issuer of the certificate in cert'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'speaks only an older version of TLS'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'only another version of TLS, most likely one that is older'],
    [
      'EPROTO',
      'only another version of TLS, most likely one that is older',
      'x:error:1:SSL routines:f:tlsv1 alert protocol version:y',
    ],
  ])('with %s says that %s', (code, words, text = 'x') => {
    expect(networkError(Object.assign(new Error(text), { code }), 'redis h:1')?.message).toContain(words);
  });
});
