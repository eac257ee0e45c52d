import { describe, expect, it } from 'vitest';
import { AuthError } from '../../../lib/errors.ts';
import { codeOf } from '../../../lib/errors.ts';
import { networkError } from '../../../lib/clients/network-errors.ts';

const TARGET = 'redis cache.example:6379';
const coded = (code: string, options?: ErrorOptions) =>
  Object.assign(new Error('raw text with redis://u:hunter2@h', options), { code });

describe('networkError', () => {
  it.each([
    ['ECONNREFUSED', 'ConnectionError'],
    ['ECONNRESET', 'ConnectionError'],
    ['EPIPE', 'ConnectionError'],
    ['EHOSTUNREACH', 'ConnectionError'],
    ['ENETUNREACH', 'ConnectionError'],
    ['ENOTFOUND', 'ConnectionError'],
    ['EAI_AGAIN', 'ConnectionError'],
    ['UND_ERR_SOCKET', 'ConnectionError'],
    ['ETIMEDOUT', 'TimeoutError'],
    ['UND_ERR_CONNECT_TIMEOUT', 'TimeoutError'],
    ['CERT_HAS_EXPIRED', 'TLSError'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLSError'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLSError'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLSError'],
    ['EPROTO', 'TLSError'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLSError'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'TLSError'],
  ])('turns %s into a %s that names the target and shows none of the raw text', (code, expected) => {
    const error = networkError(coded(code), TARGET);
    expect(error?.code).toBe(expected);
    expect(error?.message).toContain(TARGET);
    expect(error?.message).not.toMatch(/raw|hunter2/);
  });

  it('looks through causes, since fetch wraps errors', () => {
    const error = new TypeError('fetch failed', { cause: new Error('x', { cause: coded('ENOTFOUND') }) });
    expect(networkError(error, TARGET)?.code).toBe('ConnectionError');
  });

  it('looks into the errors of a host with several addresses', () => {
    const error = new AggregateError([new Error('no code'), coded('ECONNREFUSED')]);
    expect(networkError(error, TARGET)?.code).toBe('ConnectionError');
  });

  it('finds a public error that is wrapped in another error', () => {
    const inner = new AuthError('refused');
    expect(networkError(new Error('outer', { cause: inner }), TARGET)).toBe(inner);
  });

  it.each([
    ['an error without a code', new Error('x')],
    ['a code of another sort', coded('ERR_INVALID_ARG_TYPE')],
    ['a numeric code', Object.assign(new Error('x'), { code: 404 })],
    ['a string', 'ECONNREFUSED'],
    ['null', null],
    ['undefined', undefined],
  ])('does not translate %s', (_name, error) => {
    expect(networkError(error, TARGET)).toBeUndefined();
  });

  it('ends when an error is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(networkError(error, TARGET)).toBeUndefined();
  });
});

it('codeOf returns only codes that are strings', () => {
  expect(codeOf(coded('X'))).toBe('X');
  expect([codeOf({ code: 1 }), codeOf({}), codeOf(null), codeOf('X')]).toEqual(Array(4).fill(undefined));
});
