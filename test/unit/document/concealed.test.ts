import { describe, expect, it } from 'vitest';
import { parseNamespace } from '../../../lib/document/namespace.ts';
import { DocumentError } from '../../../lib/problem.ts';
import { Reporter } from '../../../lib/reporter.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { namespaceOf } from '../../support/namespace.ts';

const URL = 'postgres://app:pass%40word@db.example/x';

describe('a value that no report may show', () => {
  const secrets = { whole: 'db.example', part: JSON.stringify({ host: 'db.example', odd: 'a secret text', url: URL }) };
  const readSecret = (name: string) => Promise.resolve(new Map(Object.entries(secrets)).get(name));
  const concealedOf = async (leaf: object) => (await namespaceOf({ checks: { leaf } }, readSecret)).concealed;

  it.each([
    ['a whole secret as a host', { kind: 'tcp', host: { secret: 'whole' }, port: 1 }, ['db.example']],
    ['the key of a secret as a host', { kind: 'tcp', host: { secret: 'part', key: 'host' }, port: 1 }, []],
    [
      'a value that is not a valid host name',
      { kind: 'tcp', host: { secret: 'part', key: 'odd' }, port: 1 },
      ['a secret text'],
    ],
    [
      'the key of a secret elsewhere',
      { kind: 'tcp', host: 'h', port: 1, description: { secret: 'part', key: 'host' } },
      ['db.example'],
    ],
    [
      'the password in a URL',
      { kind: 'postgres', url: { secret: 'part', key: 'url' } },
      ['postgres://app:pass%40word@db.example/x', 'pass%40word', 'pass@word', 'YXBwOnBhc3NAd29yZA=='],
    ],
    [
      'one that also stands for a host',
      {
        kind: 'tcp',
        host: { secret: 'part', key: 'host' },
        port: 1,
        description: { secret: 'part', key: 'host' },
      },
      [],
    ],
  ])('is told for %s', async (_name, leaf, concealed) => {
    expect(await concealedOf(leaf)).toEqual(concealed);
  });

  it.each([
    [
      'user and password of a URL as HTTP sends them',
      { url: 'https://app:pass%40word@h.example' },
      ['YXBwOnBhc3NAd29yZA=='],
    ],
    [
      'a token in a URL',
      { url: 'https://h.example/?page=abcdefgh&api_key=an-api-key&tokenized=everything&key=pages' },
      ['an-api-key'],
    ],
    [
      'a token in a header',
      {
        url: 'https://h.example',
        headers: { accept: 'text/html', Authorization: 'Bearer an-api-key', 'x-auth': 'token' },
      },
      ['Bearer an-api-key', 'an-api-key'],
    ],
  ])('is told for %s that the document holds', async (_name, keys, concealed) => {
    expect(await concealedOf({ kind: 'http', ...keys })).toEqual(concealed);
  });

  it.each([
    ['a path in depends_on', { kind: 'tcp', host: 'h', port: 1, depends_on: [{ secret: 'odd' }] }],
    ['a path in depends_on that is cut off', { kind: 'tcp', host: 'h', port: 1, depends_on: [{ secret: 'long' }] }],
    ['a kind', { kind: { secret: 'odd' }, host: 'h', port: 1 }],
    ['a kind that exists', { kind: { secret: 'kind' }, host: 'h', port: 1 }],
  ])('is in no mistake where it stands for %s', async (_name, leaf) => {
    const values = { odd: 'a-secret-text', long: 'a-secret-text'.repeat(100), kind: 'redis' };
    const read = (name: string) => Promise.resolve(new Map(Object.entries(values)).get(name));
    const { problems, root } = await namespaceOf({ checks: { leaf } }, read);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify([problems, root])).not.toMatch(/a-secret|redis/);
    await expect(parseNamespace('shop', JSON.stringify({ checks: { leaf } }), { readSecret: read })).rejects.toSatisfy(
      (error) => error instanceof DocumentError && !/a-secret|redis/.test(JSON.stringify(error.problems)),
    );
  });

  it('reaches neither a report nor the callback for results', async () => {
    const checks = { leaf: { kind: 'tcp', host: { secret: 'whole' }, port: 1, description: { secret: 'whole' } } };
    const namespace = await namespaceOf({ checks }, readSecret);
    const seen: unknown[] = [];
    const access = () => ({ isRemote: false, prove: () => Promise.resolve() });
    const controller = new AbortController();
    controller.abort();
    const report = await new Reporter({ access }, collectedLog().log).run(namespace, namespace.root, {
      signal: controller.signal,
      onResult: (result) => seen.push(result),
    });
    expect(report.result).toMatchObject({ parts: [{ target: 'tcp ***:1', description: '***' }] });
    expect(JSON.stringify([report, seen])).not.toContain('db.example');
  });
});
