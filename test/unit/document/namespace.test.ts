import { describe, expect, it } from 'vitest';
import { parseNamespace } from '../../../lib/document/namespace.ts';
import { createToken, digest } from '../../../lib/document/tokens.ts';
import { documentText, LEAF, namespaceOf, problemsOf, TOKEN } from '../../support/namespace.ts';

const SHORT = 'fifteen-letters';

describe('a document', () => {
  it('has presets for everything that it does not set', async () => {
    expect(await namespaceOf()).toMatchObject({
      name: 'prod',
      tokenDigests: [digest(TOKEN)],
      disabled: false,
      deadlineMs: 10_000,
      maxAgeMs: 5000,
      failingStatus: 503,
      problems: [],
      incomplete: false,
      root: { name: '', parts: [{ name: 'db', timeoutMs: 2000, critical: true }] },
    });
  });

  it('has the values that it sets', async () => {
    const keys = { $schema: 'x', timeout: 0.5, deadline: 28, max_age: 0, failing_status: 500, disabled: true };
    expect(await namespaceOf(keys)).toMatchObject({
      disabled: true,
      deadlineMs: 28_000,
      maxAgeMs: 0,
      failingStatus: 500,
      problems: [],
      root: { parts: [{ timeoutMs: 500 }] },
    });
  });

  it.each([
    ['failing_staus', 'did you mean failing_status?'],
    ['maxage', 'did you mean max_age?'],
    ['Checks', 'did you mean checks?'],
    ['acces_token', 'did you mean access_token?'],
  ])('is used in spite of the unknown key %s, which is reported', async (key, advice) => {
    expect(await problemsOf({ [key]: 1 })).toEqual([`${key}: unknown key; ${advice}`]);
  });

  it('gets no advice for a key that resembles no other', async () => {
    expect(await problemsOf({ zzzzzzzzzzzz: 1 })).toEqual(['zzzzzzzzzzzz: unknown key']);
  });

  it('treats names that objects inherit as unknown keys', async () => {
    const { problems } = await parseNamespace('prod', documentText().replace('{', '{"__proto__":{},"constructor":1,'));
    expect(problems.map(({ path }) => path)).toEqual(['__proto__', 'constructor']);
  });
});

describe('an invalid number', () => {
  it.each([
    ['timeout', 0, 'expected a number from 0.001 to 28; 2 is used'],
    ['timeout', '5', 'expected a number from 0.001 to 28, got string; 2 is used; remove the quotes'],
    ['timeout', 28.5, 'expected a number from 0.001 to 28; 2 is used'],
    ['deadline', -1, 'expected a number from 0.001 to 28; 10 is used'],
    ['deadline', null, 'expected a number from 0.001 to 28, got null; 10 is used'],
    ['max_age', 3601, 'expected a number from 0 to 3600; 5 is used'],
    ['max_age', [5], 'expected a number from 0 to 3600, got array; 5 is used'],
    ['failing_status', 199, 'expected a number from 200 to 599; 503 is used'],
    ['failing_status', 600, 'expected a number from 200 to 599; 503 is used'],
    ['failing_status', true, 'expected a number from 200 to 599, got boolean; 503 is used'],
  ])('is reported and replaced by the preset: %s %j', async (key, value, message) => {
    const namespace = await namespaceOf({ [key]: value });
    expect(namespace.problems).toEqual([{ path: key, message }]);
    expect(namespace).toMatchObject({ deadlineMs: 10_000, maxAgeMs: 5000, failingStatus: 503 });
  });

  it('is replaced by the preset when it is too large for a number', async () => {
    const { deadlineMs } = await parseNamespace(
      'prod',
      documentText({ deadline: 1 }).replace('"deadline":1', '"deadline":1e999'),
    );
    expect(deadlineMs).toBe(10_000);
  });
});

describe('disabled', () => {
  it.each([null, 'false', 'no', 0, 1, {}])('closes the namespace when it is %j, and is reported', async (disabled) => {
    const namespace = await namespaceOf({ disabled });
    expect(namespace.disabled).toBe(true);
    expect(namespace.problems).toMatchObject([{ path: 'disabled' }]);
  });
});

describe('access tokens', () => {
  const other = 'another-token-of-the-tests';

  it('may be one string, a list, or both', async () => {
    const digests = async (keys: object) => (await namespaceOf({ access_tokens: undefined, ...keys })).tokenDigests;
    expect(await digests({ access_token: TOKEN })).toEqual([digest(TOKEN)]);
    expect(await digests({ access_tokens: [TOKEN, other] })).toEqual([digest(TOKEN), digest(other)]);
    expect(await digests({ access_tokens: [TOKEN], access_token: other })).toEqual([digest(TOKEN), digest(other)]);
    expect(await digests({ access_tokens: [], access_token: other })).toEqual([digest(other)]);
  });

  it('are reported by their place when they cannot be used, and the others work', async () => {
    const namespace = await namespaceOf({ access_tokens: [SHORT, TOKEN, 5, 'x'.repeat(4097)], access_token: null });
    expect(namespace.tokenDigests).toEqual([digest(TOKEN)]);
    expect(namespace.problems).toEqual([
      { path: 'access_tokens.0', message: 'shorter than 16 characters; make one with healthgate token' },
      { path: 'access_tokens.2', message: 'expected a string, got number' },
      { path: 'access_tokens.3', message: 'longer than 4096 characters' },
      { path: 'access_token', message: 'expected a string, got null' },
    ]);
    expect(JSON.stringify(namespace.problems)).not.toContain(SHORT);
  });

  it.each([
    [{}, 'access_tokens: missing'],
    [{ access_tokens: [] }, 'access_tokens: must not be empty; make a token with healthgate token'],
    [
      { access_tokens: TOKEN },
      'access_tokens: expected an array of strings, got string; put it in brackets, or name the key access_token',
    ],
    [{ access_tokens: { a: TOKEN } }, 'access_tokens: expected an array of strings, got object'],
    [{ access_tokens: [SHORT] }, 'access_tokens.0: shorter than 16 characters; make one with healthgate token'],
    [{ access_tokens: [[TOKEN]] }, 'access_tokens.0: expected a string, got array'],
    [{ access_token: '' }, 'access_token: shorter than 16 characters; make one with healthgate token'],
    [{ access_token: [TOKEN] }, 'access_token: expected a string, got array'],
  ])('make a document invalid when none of them can be used: %j', async (keys, message) => {
    await expect(namespaceOf({ access_tokens: undefined, ...keys })).rejects.toMatchObject({
      name: 'DocumentError',
      message,
    });
  });
});

describe('summary tokens', () => {
  const summary = 'an-opaque-summary-token';

  it('are kept apart from access tokens, and none of them is needed', async () => {
    expect(await namespaceOf({ summary_tokens: [summary] })).toMatchObject({
      tokenDigests: [digest(TOKEN)],
      summaryDigests: [digest(summary)],
      problems: [],
    });
    expect((await namespaceOf()).summaryDigests).toEqual([]);
  });

  it('are no part of a log line', async () => {
    expect((await namespaceOf({ summary_tokens: [summary] })).secrets).toContain(summary);
  });

  it('open the summary alone where they are access tokens too, which is told', async () => {
    expect(await namespaceOf({ summary_tokens: [TOKEN] })).toMatchObject({
      tokenDigests: [],
      summaryDigests: [digest(TOKEN)],
      problems: [{ path: 'summary_tokens.0', message: 'is an access token too; it opens the summary alone' }],
    });
  });

  it.each([
    [summary, 'summary_tokens', 'expected an array of strings, got string; put it in brackets'],
    [{}, 'summary_tokens', 'expected an array of strings, got object'],
    [[SHORT], 'summary_tokens.0', 'shorter than 16 characters; make one with healthgate token'],
    [[5], 'summary_tokens.0', 'expected a string, got number'],
    [
      [createToken('other')],
      'summary_tokens.0',
      'carries the name of another namespace, other, so it opens nothing here; make one with healthgate token prod',
    ],
  ])('are reported when they cannot be used, and the namespace works: %j', async (list, path, message) => {
    expect((await namespaceOf({ summary_tokens: list })).problems).toEqual([{ path, message }]);
  });
});

describe('checks', () => {
  it.each([
    [undefined, 'checks: missing'],
    [null, 'checks: expected an object, got null'],
    [[LEAF], 'checks: expected an object, got array'],
    ['redis', 'checks: expected an object, got string'],
    [{}, 'checks: must not be empty'],
    [{ cache: {}, queue: { celery: {} } }, 'checks: no check in any group'],
  ])('make a document invalid when they are %j', async (checks, message) => {
    await expect(namespaceOf({ checks })).rejects.toMatchObject({ name: 'DocumentError', message });
  });
});

describe('the secrets of a namespace', () => {
  it('are every token, password and value of the vault', async () => {
    const checks = {
      db: { kind: 'postgres', url: 'postgres://app:pass%40word@db.example/x' },
      api: { kind: 'http', url: { secret: 'url' }, headers: { 'x-key': 'header value' } },
    };
    const readSecret = () => Promise.resolve('https://user:inner-word@api.example/?key=query-value');
    const { secrets } = await namespaceOf({ checks }, readSecret);
    expect(secrets).toEqual(
      expect.arrayContaining([TOKEN, 'pass%40word', 'pass@word', 'header value', 'inner-word', 'query-value']),
    );
    expect(new Set(secrets).size).toBe(secrets.length);
  });
});

describe('the fingerprint', () => {
  const checks = { db: { kind: 'postgres', url: { secret: 'url' } } };
  const fingerprint = async (text: string, secret: string) =>
    (await parseNamespace('prod', text, { readSecret: () => Promise.resolve(secret) })).fingerprint;

  it('is equal only for equal texts and secrets', async () => {
    const text = documentText({ checks });
    const first = await fingerprint(text, 'postgres://one');
    expect(await fingerprint(text, 'postgres://one')).toBe(first);
    expect(await fingerprint(text, 'postgres://two')).not.toBe(first);
    expect(await fingerprint(`${text} `, 'postgres://one')).not.toBe(first);
  });
});
