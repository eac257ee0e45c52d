/** The store for HashiCorp Vault and OpenBao, on a real OpenBao. Other servers give answers that it never gives. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../lib/log.ts';
import { hashicorpStore } from '../../lib/vault/stores/hashicorp.ts';
import type { Store } from '../../lib/vault/stores/store.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import type { Running } from '../stack/process.ts';
import { PYTHON } from '../stack/python.ts';
import { startOpenbao } from '../stack/openbao.ts';
import type { Openbao } from '../stack/openbao.ts';
import { fixedAnswer } from '../support/fixed-answer.ts';
import { testDocuments, testCorrupted, testStrangers } from '../support/store-suite.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openedBy } from '../support/opened.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let openbao: Running & Openbao;

beforeAll(async () => {
  folder = await temporaryFolder();
  openbao = await startOpenbao({ folder: folder.path, python: PYTHON });
});

afterAll(async () => {
  await openbao.stop();
  await folder.remove();
});

const signal = () => AbortSignal.timeout(10_000);

function open(place = 'secret/healthgate', env: Readonly<Record<string, string>> = {}): Promise<Store> {
  return hashicorpStore(place, { VAULT_ADDR: openbao.url, VAULT_TOKEN: openbao.token, ...env });
}

/** Calls OpenBao's own API. */
async function admin(method: string, path: string, body: object = {}, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(`${openbao.url}/v1/${path}`, {
    method,
    headers: { 'x-vault-token': openbao.token, connection: 'close', ...headers },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as { readonly auth?: { readonly client_token: string } };
}

async function tokenWith(policy: string): Promise<string> {
  const name = `policy-${String(Math.random()).slice(2)}`;
  await admin('POST', `sys/policies/acl/${name}`, { policy });
  const { auth } = await admin('POST', 'auth/token/create', { policies: [name], no_parent: true });
  return auth?.client_token ?? '';
}

describe('the HashiCorp store', () => {
  testDocuments(open);

  test('reads a document whose keys were written as fields of the secret', async () => {
    await admin('POST', 'secret/data/healthgate/fields', { data: { checks: { b: 1, a: 2 }, access_tokens: ['t'] } });
    const text = await (await open()).read('fields', signal());
    expect(JSON.parse(text ?? '')).toEqual({ access_tokens: ['t'], checks: { a: 2, b: 1 } });
  });

  test('finds no document after it was deleted', async () => {
    const store = await open();
    await store.write('deleted', '{}', signal());
    await admin('DELETE', 'secret/data/healthgate/deleted');
    expect(await store.read('deleted', signal())).toBeUndefined();
  });

  test('lists documents, but not those in folders below', async () => {
    const store = await open('secret/listed/');
    expect(await store.list(signal())).toEqual([]);
    await store.write('one', '{}', signal());
    await store.write('two', '{}', signal());
    await admin('POST', 'secret/data/listed/below/three', { data: { document: '{}' } });
    expect((await store.list(signal())).sort()).toEqual(['one', 'two']);
  });

  test('keeps documents at the top of an engine whose mount has a slash', async () => {
    await admin('POST', 'sys/mounts/team/kv', { type: 'kv', options: { version: '2' } });
    const store = await open('team%2Fkv');
    await expect.poll(() => store.write('top', '{}', signal()).then(() => 'written')).toBe('written');
    expect(await store.list(signal())).toEqual(['top']);
    expect(await store.read('top', signal())).toBe('{}');
  });
});

describe('the HashiCorp store, asked for a secret', () => {
  test('reads the secret by its path within the mount, as the JSON object of its fields', async () => {
    const store = await open();
    await admin('POST', 'secret/data/prod/postgres', { data: { url: 'postgres://x', user: 'u' } });
    expect(JSON.parse((await store.readSecret('prod/postgres', signal())) ?? '')).toEqual({
      url: 'postgres://x',
      user: 'u',
    });
    expect(await store.readSecret('prod/nothing', signal())).toBeUndefined();
  });

  test.each([
    '../../sys/mounts',
    'a/../../../sys/mounts',
    '/prod/postgres',
    'prod//postgres',
    '',
    '.',
    'a\u0000b',
    '\ud800',
  ])('finds no secret by the name %j, which would lead elsewhere', async (name) => {
    expect(await (await open()).readSecret(name, signal())).toBeUndefined();
  });
});

test('finds the namespace of a token, with the secret that its document refers to', async () => {
  const token = createToken('whole');
  const store = await open();
  await admin('POST', 'secret/data/prod/web', { data: { host: 'db.example' } });
  const checks = { web: { kind: 'tcp', host: { secret: 'prod/web', key: 'host' }, port: 80 } };
  await store.write('whole', JSON.stringify({ access_tokens: [token], checks }), signal());
  const vault = new Vault(
    store,
    createLog(() => undefined),
  );
  const namespace = await openedBy(vault, token);
  expect(namespace).toMatchObject({ name: 'whole', root: { parts: [{ target: 'tcp db.example:80' }] }, problems: [] });
});

test('accepts the names that OpenBao gives to settings, and a namespace of the vault', async () => {
  await admin('POST', 'sys/namespaces/crew');
  const inCrew = { 'x-vault-namespace': 'crew' };
  await admin('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } }, inCrew);
  const env = { BAO_ADDR: `${openbao.url}/`, BAO_TOKEN: openbao.token, BAO_NAMESPACE: 'crew' };
  const store = await hashicorpStore('secret/healthgate', env);
  await expect.poll(() => store.write('ours', '{}', signal()).then(() => 'written')).toBe('written');
  expect(await store.read('ours', signal())).toBe('{}');
  expect(await (await open()).read('ours', signal())).toBeUndefined();
});

test('verifies TLS certificates with VAULT_CACERT', async () => {
  const trusting = await open('secret/healthgate', { VAULT_ADDR: openbao.tlsUrl, VAULT_CACERT: openbao.caFile });
  await trusting.write('tls', '{}', signal());
  expect(await trusting.read('tls', signal())).toBe('{}');
  const wary = await open('secret/healthgate', { VAULT_ADDR: openbao.tlsUrl });
  await expect(wary.read('tls', signal())).rejects.toMatchObject({ name: 'TLSError' });
});

describe('the HashiCorp store, refused by OpenBao', () => {
  test('reports an unknown token as an AuthError', async () => {
    const store = await open('secret/healthgate', { VAULT_TOKEN: 'hvs.wrong' });
    await expect(store.read('prod', signal())).rejects.toMatchObject({
      name: 'AuthError',
      message: expect.stringContaining('allow read on secret/data/healthgate/prod') as string,
    });
  });

  test('reports which permissions a read-only policy lacks', async () => {
    const token = await tokenWith('path "secret/data/healthgate/*" { capabilities = ["read"] }');
    const store = await open('secret/healthgate', { VAULT_TOKEN: token });
    expect(await store.read('nothing', signal())).toBeUndefined();
    await expect(store.write('nothing', '{}', signal())).rejects.toMatchObject({
      name: 'AuthError',
      message: expect.stringContaining('create and update on secret/data/healthgate/nothing') as string,
    });
    await expect(store.list(signal())).rejects.toMatchObject({
      name: 'AuthError',
      message: expect.stringContaining('list on secret/metadata/healthgate/') as string,
    });
  });

  test('reports a mount that does not exist as a ConfigurationError', async () => {
    const store = await open('nowhere/healthgate');
    const asking = [
      () => store.read('prod', signal()),
      () => store.list(signal()),
      () => store.write('prod', '{}', signal()),
    ];
    for (const ask of asking)
      await expect(ask()).rejects.toMatchObject({
        name: 'ConfigurationError',
        message: expect.stringContaining('no key-value engine mounted at nowhere') as string,
      });
  });

  test('reports that OpenBao limits the rate of requests', async () => {
    await admin('POST', 'sys/mounts/limited', { type: 'kv', options: { version: '2' } });
    await admin('POST', 'sys/quotas/rate-limit/limited', { path: 'limited/', rate: 1, interval: '1m' });
    const store = await open('limited');
    await expect
      .poll(() => store.read('prod', signal()).catch((error: unknown) => error))
      .toMatchObject({ name: 'UnhealthyError', message: expect.stringContaining('limits the rate') as string });
  });

  test('reports that OpenBao is sealed', async () => {
    const folder = await temporaryFolder();
    const sealed = await startOpenbao({ folder: folder.path, python: PYTHON });
    try {
      const headers = { 'x-vault-token': sealed.token, connection: 'close' };
      await fetch(`${sealed.url}/v1/sys/seal`, { method: 'PUT', headers });
      const store = await open('secret/healthgate', { VAULT_ADDR: sealed.url });
      await expect(store.read('prod', signal())).rejects.toMatchObject({
        name: 'UnhealthyError',
        message: expect.stringContaining('is sealed') as string,
      });
    } finally {
      await sealed.stop();
      await folder.remove();
    }
  });
});

describe('the HashiCorp store with invalid settings', () => {
  test.each([
    ['a missing address', { VAULT_TOKEN: 't' }, 'VAULT_ADDR'],
    ['an address without http', { VAULT_ADDR: 'vault.example', VAULT_TOKEN: 't' }, 'VAULT_ADDR'],
    ['a missing token', { VAULT_ADDR: 'http://vault.example' }, 'VAULT_TOKEN'],
    ['a token that no header can hold', { VAULT_ADDR: 'http://vault.example', VAULT_TOKEN: 'a\nb' }, 'VAULT_TOKEN'],
    [
      'a VAULT_CACERT that does not exist',
      { VAULT_ADDR: 'http://vault.example', VAULT_TOKEN: 't', VAULT_CACERT: '/nowhere' },
      'ENOENT',
    ],
  ])('refuses %s', async (_name, env, said) => {
    await expect(hashicorpStore('secret/healthgate', env)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining(said) as string,
    });
  });

  test.each(['/', '../x', 'secret/../x', 'secret//x'])('refuses the invalid place %s', async (place) => {
    await expect(open(place)).rejects.toMatchObject({ name: 'ConfigurationError' });
  });
});

describe('the HashiCorp store on a server that is broken or is not Vault', () => {
  test.each([
    [307, '', 'UnhealthyError', 'is a standby'],
    [400, '{"errors":["the token is hvs.secret"]}', 'UnhealthyError', 'answered 400'],
    [404, '<html>Not found</html>', 'UnhealthyError', "did not answer like Vault's API"],
    [200, '<html>hvs.secret</html>', 'UnhealthyError', "did not answer like Vault's API"],
    [200, '{"data":"hvs.secret"}', 'UnhealthyError', "did not answer like Vault's API"],
    [200, `{"data":"${'x'.repeat(2 ** 21)}"}`, 'UnhealthyError', 'more than a document may contain'],
    [473, '', 'UnhealthyError', 'is a standby'],
    [501, '', 'UnhealthyError', 'is not initialized'],
    [500, 'hvs.secret', 'UnhealthyError', 'answered 500'],
  ])('fails on status %i and does not show the body', async (status, body, name, said) => {
    const server = await fixedAnswer({ status, body, headers: { location: 'http://127.0.0.1:1/' } });
    try {
      const store = await open('secret/healthgate', { VAULT_ADDR: server.url });
      const error: unknown = await store.read('prod', signal()).catch((error: unknown) => error);
      expect(error).toMatchObject({ name, message: expect.stringContaining(said) as string });
      expect(String(error)).not.toContain('hvs.secret');
    } finally {
      await server.stop();
    }
  });

  const storeAt = (port: number) => open('secret/healthgate', { VAULT_ADDR: `http://127.0.0.1:${port}` });
  testStrangers(storeAt);
  testCorrupted(() => Number(new URL(openbao.url).port), storeAt);
});
