/** Runs `healthgate check` as a process of its own, on a vault in Secrets Manager. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, inject, test } from 'vitest';
import { openStore } from '../../lib/vault/stores/open.ts';
import { freePort } from '../stack/process.ts';
import { runCli } from '../support/cli.ts';

const { redis } = inject('stack');
const location = `secretsmanager:check-${randomUUID()}`;
const PASSWORD = 'not-the-password-of-anybody';

beforeAll(async () => {
  const store = await openStore(location);
  const write = (name: string, document: object) =>
    store.write(name, JSON.stringify(document), AbortSignal.timeout(10_000));
  const access_token = 'a-token-of-the-shop';
  const vault = { kind: 'secrets_manager' };
  const cache = { kind: 'cache', url: { secret: `${location.replace('secretsmanager:', '')}/urls`, key: 'cache' } };
  const gone = { kind: 'redis', url: `redis://:${PASSWORD}@127.0.0.1:${await freePort()}` };
  await write('urls', { cache: redis.url });
  await write('shop', { access_token, checks: { cache, vault } });
  await write('broken', { access_token, checks: { cache, gone, vault } });
});

const check = (namespace: string, env = {}) =>
  runCli(['check', '--vault', location, '--namespace', namespace, '--format', 'json'], { env });

test('exits with 0 when every check works, with values from other secrets', async () => {
  const { code, out } = await check('shop');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ cache: { status: 'working' }, vault: { status: 'working' } });
});

test('exits with 1 when a check fails, and says which one', async () => {
  const { code, out, err } = await check('broken');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    cache: { status: 'working' },
    gone: { status: expect.stringMatching(/^ConnectionError: connection refused by redis 127\.0\.0\.1:/) as string },
    vault: { status: 'working' },
  });
  expect(out + err).not.toContain(PASSWORD);
});

test.each([
  [
    'a namespace that does not exist',
    'shpo',
    {},
    /^healthgate check: namespace "shpo": not in .*; did you mean shop\?$/m,
  ],
  [
    'a missing region',
    'shop',
    { AWS_REGION: '' },
    /^healthgate check: Secrets Manager: no usable region; set AWS_REGION$/m,
  ],
  [
    'an AWS endpoint that does not answer',
    'shop',
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    /^healthgate check: connection refused by Secrets Manager in eu-central-1; is it running and listening there\?$/m,
  ],
])('exits with 2 for %s, and says so', async (_name, namespace, env, said) => {
  const { code, out, err } = await check(namespace, env);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(said);
});
