/** The answers when something breaks, and what they never show. */
import { describe, expect, it } from 'vitest';
import { AuthError, ConnectionError } from '../../../lib/errors.ts';
import { createToken } from '../../../lib/document/tokens.ts';
import { asker, FAILS, WORKS } from '../../support/asker.ts';
import { HOSTILE_NAMES } from '../../support/reports.ts';

const HOUR = 3_600_000;
/** Milliseconds until a failed read is tried again. */
const PAUSE = 5000;
const UNAVAILABLE = { status: 503, body: '{"detail":"Service unavailable."}' };
const UNEXPECTED = { status: 500, body: '{"detail":"Internal server error."}' };
const SECRET = 'hunter2-but-longer';
const down = () => Promise.reject(new ConnectionError('connection refused by vault'));

describe('a vault that cannot be read', () => {
  it('causes a 503 for each token, right or wrong, if it was never read', async () => {
    const { ask, token, memory } = asker();
    memory.before = down;
    for (const given of [token, createToken('prod'), createToken('nowhere'), 'an-opaque-token-of-nobody']) {
      const response = await ask(`/api/health/${given}/`);
      expect(response).toMatchObject(UNAVAILABLE);
      expect(response.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    }
  });

  it('has a line in the log for every 503, also while no further read is tried', async () => {
    const { report, memory, lines } = asker();
    memory.before = down;
    for (const count of [1, 2, 3]) {
      await report();
      const said = lines.filter((line) => line.includes('so a request is answered with 503'));
      expect(said).toHaveLength(count);
      expect(said.at(-1)).toContain('connection refused by vault');
    }
  });

  it('has a line in the log when it is merely too slow for the request', async () => {
    const { report, memory, lines } = asker();
    memory.before = () => new Promise(() => undefined);
    expect(await report('', { remainingMs: 510 })).toMatchObject(UNAVAILABLE);
    expect(lines.join('\n')).toMatch(/no answer within 0\.0\d+ s from the vault/);
  });

  it('does not affect requests that need no vault', async () => {
    const { ask, token, memory } = asker();
    memory.before = down;
    expect((await ask('/')).status).toBe(404);
    expect((await ask('/api/health/')).status).toBe(404);
    expect((await ask(`/api/health/${token}/`, { query: 'format=xml' })).status).toBe(404);
    expect((await ask(`/api/health/${token}/`, { method: 'POST' })).status).toBe(405);
    expect((await ask(`/api/health/${'x'.repeat(5000)}/`)).status).toBe(405);
  });

  it('is bridged for an hour, while the vault check says so', async () => {
    let now = 0;
    const checks = { vault: { kind: 'secrets_manager' }, other: FAILS };
    const { report, memory } = asker({ max_age: 0, checks }, {}, () => now);
    expect((await report()).status).toBe(503);
    memory.before = down;
    now += HOUR - 1;
    const { vault } = JSON.parse((await report()).body) as { vault: { status: string } };
    expect(vault.status).toBe('ConnectionError: connection refused by vault; the version read 60 min ago is in use');
    now += 2;
    expect(await report()).toMatchObject(UNAVAILABLE);
    memory.before = () => undefined;
    now += PAUSE;
    expect((await report()).body).toContain('"vault":{"status":"working"');
  });

  it('does not affect other namespaces when only one cannot be read', async () => {
    const { report, ask, memory } = asker(undefined, { locked: '{}' });
    memory.before = (call) => (call === 'read locked' ? Promise.reject(new AuthError('not allowed')) : undefined);
    expect((await report()).status).toBe(200);
    expect(await ask(`/api/health/${createToken('locked')}/`)).toMatchObject(UNAVAILABLE);
  });
});

describe('an unexpected error', () => {
  const raw = new TypeError(`at /srv/app/lib/x.ts:1 with ${SECRET}`);

  it('causes a 500 without a stack, a path or a secret, and is logged under an id', async () => {
    const { report, memory, lines } = asker();
    memory.before = () => Promise.reject(raw);
    const response = await report();
    expect(response).toMatchObject(UNEXPECTED);
    expect(response.headers).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(lines.some((line) => /"id":"[0-9a-f]{8}"/.test(line) && line.includes('TypeError'))).toBe(true);
  });

  it('causes a 500 even when it cannot be logged whole', async () => {
    const error = new Error('round');
    error.cause = error;
    const { report, memory } = asker();
    memory.before = () => Promise.reject(error);
    expect(await report()).toMatchObject(UNEXPECTED);
  });

  it('affects only its own check when a check throws it', async () => {
    const { report, memory, lines } = asker({ checks: { a: { kind: 'secrets_manager', secret: 'boom' }, b: WORKS } });
    memory.before = (call) => (call === 'secret boom' ? Promise.reject(raw) : undefined);
    const { status, body } = await report();
    expect(status).toBe(503);
    expect(body).toMatch(/^\{"a":\{"status":"UnexpectedError: see the log, ([0-9a-f]{8})",.*"b":\{"status":"working"/);
    const id = /the log, ([0-9a-f]{8})/.exec(body)?.[1];
    expect(lines.filter((line) => line.includes(`"id":"${String(id)}"`))).toHaveLength(1);
  });

  it('does not affect the next request', async () => {
    let now = 0;
    const { report, memory } = asker(undefined, {}, () => now);
    memory.before = () => Promise.reject(raw);
    await report();
    memory.before = () => undefined;
    now += PAUSE;
    expect((await report()).status).toBe(200);
  });
});

describe('a secret', () => {
  it('never appears in an answer or a log line', async () => {
    const opaque = `opaque-token-${SECRET}`;
    const checks = {
      unexpected: { kind: 'secrets_manager', secret: 'boom' },
      misplaced: { kind: `postgres://app:${SECRET}@db.example/app` },
      wrong: { kind: 'postgres', url: `postgres://app:${SECRET}@db.example/app`, port: SECRET },
      unread: { kind: 'postgres', url: { secret: 'json', key: 'nothing' } },
      type: { kind: 'tcp', host: [SECRET], port: SECRET, critical: SECRET, timeout: { a: SECRET } },
    };
    const { report, ask, memory, lines, token } = asker({ access_token: opaque, checks });
    memory.secrets.set('json', JSON.stringify({ password: SECRET }));
    memory.before = (call) =>
      call === 'secret boom' ? Promise.reject(new Error(`login as ${token} with ${SECRET} or ${opaque}`)) : undefined;
    const responses = [
      await report(),
      await report('', { query: 'format=text' }),
      await report(SECRET),
      await report('', { query: `format=${SECRET}` }),
      await ask(`/api/health/${SECRET}/`),
      await ask('/api/health/', { headers: { authorization: `Bearer ${SECRET}${SECRET}` } }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([503, 503, 404, 404, 405, 405]);
    expect(lines.join('\n')).toContain('login as *** with *** or ***');
    for (const text of [JSON.stringify(responses), ...lines]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(token);
    }
  });
});

describe('a hostile document', () => {
  it('is answered in its order, with every name unchanged', async () => {
    const names = [...HOSTILE_NAMES, '1', 'x'.repeat(200)];
    const checks = names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(WORKS)}`).join();
    const { memory, token, report } = asker();
    memory.documents.set('prod', `{"access_token":"${token}","checks":{${checks}}}`);
    const { status, body } = await report();
    expect(status).toBe(200);
    const shape = names.map((name) => `${JSON.stringify(name)}:{"status":"working","response_time":"T"}`).join();
    expect(body.replaceAll(/"response_time":"\d+\.\d+"/g, '"response_time":"T"')).toBe(`{${shape}}\n`);
  });

  it('is answered when it has 1,000 checks, 20 levels deep', async () => {
    const { memory, token, report } = asker();
    const leaves = Array.from({ length: 1000 }, (_, index) => `"${String(index)}":${JSON.stringify(WORKS)}`).join();
    memory.documents.set(
      'prod',
      `{"access_token":"${token}","checks":${'{"g":'.repeat(19)}{${leaves}}${'}'.repeat(19)}}`,
    );
    const { status, body } = await report();
    expect(status).toBe(200);
    expect(body.startsWith(`${'{"g":'.repeat(19)}{"0":{"status":"working"`)).toBe(true);
  });

  it.each([
    ['broken JSON', '{"access_tokens":['],
    ['5 MB in size', `{"access_tokens":["${'x'.repeat(5 * 1024 * 1024)}"]}`],
    ['10,000 levels deep', '{"checks":'.repeat(10_000)],
    ['2,500 levels deep', `${'{"checks":'.repeat(2500)}1${'}'.repeat(2500)}`],
    ['empty', ''],
  ])('is answered as an unknown namespace when it is %s', async (_name, text) => {
    const { memory, report } = asker();
    memory.documents.set('prod', text);
    expect(await report()).toMatchObject({ status: 405, body: '{"detail":"Method \\"GET\\" not allowed."}' });
  });
});
