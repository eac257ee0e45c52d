import { describe, expect, it } from 'vitest';
import { AuthError, ConfigurationError, ConnectionError } from '../../../lib/errors.ts';
import type { CheckError } from '../../../lib/errors.ts';
import { parseNamespace } from '../../../lib/document/namespace.ts';
import { digest } from '../../../lib/document/tokens.ts';
import { documentText, leafProblems, namespaceOf, problemsOf } from '../../support/namespace.ts';

const URL_TEXT = 'postgres://app:hunter2-but-longer@db.example:5433/app';

/** Reads from these secrets, and records which were read. */
function reader(secrets: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const readSecret = (name: string) => {
    asked.push(name);
    return Promise.resolve(Object.hasOwn(secrets, name) ? secrets[name] : undefined);
  };
  return { readSecret, asked };
}

const nothing = reader({}).readSecret;

describe('a reference', () => {
  it('stands for a whole secret, or for one key of a JSON secret', async () => {
    const { readSecret } = reader({ whole: URL_TEXT, json: JSON.stringify({ url: URL_TEXT, other: 1 }) });
    const checks = {
      a: { kind: 'postgres', url: { secret: 'whole' } },
      b: { kind: 'postgres', url: { secret: 'json', key: 'url' } },
    };
    const { root, problems } = await namespaceOf({ checks }, readSecret);
    expect(problems).toEqual([]);
    expect(root.parts).toMatchObject([{ target: 'postgres db.example:5433' }, { target: 'postgres db.example:5433' }]);
  });

  it.each([
    ['in a nested object', { kind: 'http', url: 'https://a.example', headers: { 'x-key': { secret: 's' } } }],
    ['in a common key', { kind: 'tcp', host: 'h', port: 1, description: { secret: 's' } }],
    ['in an array', { kind: 'tcp', host: 'h', port: 1, depends_on: [{ secret: 's' }] }],
    ['in a key of a secret of that name', { kind: 'secrets_manager', secret: { secret: 's' } }],
  ])('may be used %s', async (_name, leaf) => {
    expect(await leafProblems(leaf, reader({ s: 'other' }).readSecret)).toEqual([]);
  });

  it.each([
    ['within the JSON that http expects', { kind: 'http', url: 'http://h', expect: { json: { a: { secret: 'x' } } } }],
    ['as the JSON that http expects', { kind: 'http', url: 'http://h', expect: { json: { secret: 'x', key: 'y' } } }],
    ['as the headers of http', { kind: 'http', url: 'http://h', headers: { secret: 'x' } }],
  ])('is not what it looks like %s', async (_name, leaf) => {
    const { asked, readSecret } = reader({});
    expect(await leafProblems(leaf, readSecret)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('is still replaced beside free JSON, and within a header', async () => {
    const leaf = {
      kind: 'http',
      url: { secret: 's' },
      headers: { a: { secret: 's' } },
      expect: { json: { secret: 'x' } },
    };
    const { asked, readSecret } = reader({ s: 'http://h' });
    expect(await leafProblems(leaf, readSecret)).toEqual([]);
    expect(asked).toEqual(['s']);
  });

  it('may stand for an access token', async () => {
    const { readSecret } = reader({ one: 'first-token-of-the-tests', two: '{"token":"second-token-of-the-tests"}' });
    const keys = { access_tokens: [{ secret: 'one' }], access_token: { secret: 'two', key: 'token' } };
    const { tokenDigests, secrets } = await namespaceOf(keys, readSecret);
    expect(tokenDigests).toEqual([digest('first-token-of-the-tests'), digest('second-token-of-the-tests')]);
    expect(secrets).toEqual(expect.arrayContaining(['first-token-of-the-tests', 'second-token-of-the-tests']));
  });

  it('reads its secret once, however often the document refers to it', async () => {
    const { readSecret, asked } = reader({ json: '{"a":"one","b":"two"}' });
    const leaf = {
      kind: 'tcp',
      host: { secret: 'json', key: 'a' },
      port: 1,
      description: { secret: 'json', key: 'b' },
    };
    await namespaceOf({ checks: { a: leaf, b: leaf } }, readSecret);
    expect(asked).toEqual(['json']);
  });

  it('is not found in a secrets_manager check, which has a key of that name', async () => {
    const { readSecret, asked } = reader({});
    const { problems } = await namespaceOf({ checks: { vault: { kind: 'secrets_manager', secret: 'x' } } }, readSecret);
    expect(problems).toEqual([]);
    expect(asked).toEqual([]);
  });

  it.each([
    [{ secret: 5 }],
    [{ secret: 'x', key: 5 }],
    [{ secret: 'x', key: 'y', more: 'z' }],
    [{ secret: ['x'] }],
    [{ key: 'x' }],
  ])('is a value of the wrong type when it has another form: %j', async (reference) => {
    const { readSecret, asked } = reader({ x: 'value' });
    expect(await leafProblems({ kind: 'tcp', host: reference, port: 1 }, readSecret)).toEqual([
      'host: expected string, got object',
    ]);
    expect(asked).toEqual([]);
  });
});

describe('the value of a reference', () => {
  it.each([
    ['a whole secret loses one final line feed', 'host.example\n', undefined, 'host.example'],
    ['a whole secret loses one final line break of Windows', 'host.example\r\n', undefined, 'host.example'],
    ['a value under a key loses one final line feed', '{"k":"host.example\\n"}', 'k', 'host.example'],
    ['a number under a key is a string where a string is expected', '{"k":8080}', 'k', '8080'],
  ])('%s', async (_name, text, key, host) => {
    const checks = { a: { kind: 'tcp', host: { secret: 's', key }, port: 1 } };
    const { root, problems } = await namespaceOf({ checks }, reader({ s: text }).readSecret);
    expect(problems).toEqual([]);
    expect(root.parts).toMatchObject([{ target: `tcp ${host}:1` }]);
  });

  it.each([
    ['a number', '{"k":5433}'],
    ['a string', '{"k":"5433"}'],
  ])('may be %s where a number is expected', async (_name, text) => {
    const checks = { a: { kind: 'tcp', host: 'h', port: { secret: 's', key: 'k' } } };
    const { root, secrets } = await namespaceOf({ checks }, reader({ s: text }).readSecret);
    expect(root.parts).toMatchObject([{ target: 'tcp h:5433' }]);
    expect(secrets).toContain('5433');
  });

  it('keeps further line feeds', async () => {
    const { secrets } = await namespaceOf(
      { checks: { a: { kind: 'tcp', host: { secret: 's' }, port: 1 } } },
      reader({ s: 'x.example\n\n' }).readSecret,
    );
    expect(secrets).toContain('x.example\n');
  });

  it('is not a number that lost digits', async () => {
    const leaf = { kind: 'tcp', host: { secret: 's', key: 'k' }, port: 1 };
    expect(await leafProblems(leaf, reader({ s: '{"k":12345678901234567890}' }).readSecret)).toEqual([
      'host: the secret s has too large a number under the key k; write it as a string',
    ]);
  });
});

describe('a reference that cannot be replaced', () => {
  const leaf = { kind: 'postgres', url: { secret: 'prod/db', key: 'url' } };

  it.each([
    ['a secret that does not exist', {}, 'url: the vault has no secret prod/db'],
    [
      'a secret that is not JSON',
      { 'prod/db': URL_TEXT },
      'url: the secret prod/db is not a JSON object with a key url',
    ],
    [
      'a secret that is an array',
      { 'prod/db': '["x"]' },
      'url: the secret prod/db is not a JSON object with a key url',
    ],
    [
      'a secret without the key',
      { 'prod/db': `{"ur":"${URL_TEXT}"}` },
      'url: the secret prod/db has no string or number under the key url',
    ],
    [
      'a key that is neither a string nor a number',
      { 'prod/db': '{"url":[5433]}' },
      'url: the secret prod/db has no string or number under the key url',
    ],
    [
      'a key that objects inherit',
      { 'prod/db': '{}' },
      'url: the secret prod/db has no string or number under the key url',
    ],
  ])('is reported without showing the secret when it refers to %s', async (_name, secrets, expected) => {
    const problems = await leafProblems(leaf, reader(secrets).readSecret);
    expect(problems).toEqual([expected]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('does not find a key with a name that objects inherit', async () => {
    expect(
      await leafProblems({ kind: 'postgres', url: { secret: 'x', key: '__proto__' } }, reader({ x: '{}' }).readSecret),
    ).toEqual(['url: the secret x has no string or number under the key __proto__']);
  });

  it('is one mistake: its key is not also reported as missing', async () => {
    const { problems } = await namespaceOf({ checks: { leaf } }, nothing);
    expect(problems).toHaveLength(1);
  });

  it('does not hide the other mistakes of its leaf', async () => {
    expect(await leafProblems({ ...leaf, ulr: 1 }, nothing)).toEqual([
      'url: the vault has no secret prod/db',
      'ulr: unknown key; did you mean url?',
    ]);
  });

  it('does not affect the other access tokens', async () => {
    const keys = { access_tokens: [{ secret: 'x' }, 'a-token-of-the-tests-that-works'] };
    expect(await problemsOf(keys, nothing)).toEqual(['access_tokens.0: the vault has no secret x']);
  });

  it('makes a document invalid when it is the only access token', async () => {
    await expect(namespaceOf({ access_tokens: [{ secret: 'x' }] }, nothing)).rejects.toMatchObject({
      message: 'access_tokens.0: the vault has no secret x',
    });
  });
});

describe('a document whose secret cannot be read', () => {
  const checks = { leaf: { kind: 'postgres', url: { secret: 'prod/db' } } };

  it.each<[string, CheckError, boolean]>([
    ['the vault does not answer', new ConnectionError('connection refused by vault x'), true],
    ['the vault denies access', new AuthError('not allowed to read'), false],
    ['the vault rejects the name', new ConfigurationError('no such form of name'), false],
  ])('is incomplete only if the failure may pass: %s', async (_name, error, incomplete) => {
    const namespace = await namespaceOf({ checks }, () => Promise.reject(error));
    expect(namespace).toMatchObject({ incomplete, problems: [{ path: 'checks.leaf.url', message: error.message }] });
  });

  it('is rejected when the vault fails in an unexpected way', async () => {
    const error = new Error('raw text');
    await expect(namespaceOf({ checks }, () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('a document that is read without a vault', () => {
  it('may refer to secrets in place of any values', async () => {
    const checks = {
      a: { kind: 'postgres', url: { secret: 'x' }, runbook: { secret: 'y' } },
      b: { kind: 'http', url: 'https://a.example', headers: { authorization: { secret: 'z', key: 'k' } } },
    };
    const text = documentText({ access_tokens: [{ secret: 't' }], checks });
    expect((await parseNamespace('', text)).problems).toEqual([]);
  });

  it('still has its other mistakes reported', async () => {
    const checks = { a: { kind: 'postgres', url: { secret: 'x' }, timeout: '2' } };
    expect((await parseNamespace('', documentText({ checks }))).problems).toEqual([
      { path: 'checks.a.timeout', message: 'expected number, got string; remove the quotes' },
    ]);
  });
});

it('refuses a document that refers to more than 100 secrets before it reads one', async () => {
  const { readSecret, asked } = reader({});
  const checks = Object.fromEntries(
    Array.from({ length: 101 }, (_, index) => [
      String(index),
      { kind: 'tcp', host: { secret: `s${String(index)}` }, port: 1 },
    ]),
  );
  await expect(namespaceOf({ checks }, readSecret)).rejects.toMatchObject({
    message: 'refers to more than 100 secrets',
  });
  expect(asked).toEqual([]);
});
