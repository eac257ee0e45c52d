/** What everybody gets at the paths of RAGFlow, Mattermost and Jina, byte for byte. */
import { describe, expect, it } from 'vitest';
import { asker, FAILS, WORKS } from '../../support/asker.ts';
import type { Ask } from '../../support/asker.ts';

const ROLES = { db: 'postgres', redis: 'cache/data', doc_engine: 'search', storage: 'files' };
const WORKING = { postgres: WORKS, cache: { data: WORKS, pages: WORKS }, search: WORKS, files: WORKS };
const NEEDLE = 'missing';

const APPS = [
  '"ActiveSearchBackend":"none"',
  '"AndroidLatestVersion":"","AndroidMinVersion":""',
  '"IosLatestVersion":"","IosMinVersion":""',
].join();

function spoken(keys: Readonly<Record<string, unknown>> = {}) {
  return asker({ roles: ROLES, checks: WORKING, ...keys }, {}, undefined, { publicNamespace: 'prod' });
}

const failing = (...names: string[]) => ({ ...WORKING, ...Object.fromEntries(names.map((name) => [name, FAILS])) });

const get = async (path: string, keys?: Readonly<Record<string, unknown>>, request?: Ask) =>
  spoken(keys).ask(path, request);

describe.each(['/v1/system/healthz', '/api/v1/system/healthz', '/api/v1/system/healthz/'])('%s', (path) => {
  it('answers as RAGFlow does when everything works', async () => {
    const { status, headers, body } = await get(path);
    expect(body).toBe('{"db":"ok","doc_engine":"ok","redis":"ok","storage":"ok","status":"ok"}\n');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-health-status': 'working' });
  });

  it('answers 500 with the class of the error and the milliseconds of what fails, and nothing more', async () => {
    const { status, body } = await get(path, { checks: failing('postgres', 'files') });
    const failed = String.raw`\{"elapsed":"\d+\.\d","error":"UnhealthyError"\}`;
    const roles = '"db":"nok","doc_engine":"ok","redis":"ok","storage":"nok"';
    const expected = `^\\{"_meta":\\{"db":${failed},"storage":${failed}\\},${roles},"status":"nok"\\}\n$`;
    expect(body).toMatch(new RegExp(expected));
    expect(status).toBe(500);
  });
});

describe('the answer for RAGFlow', () => {
  const healthz = (keys: Readonly<Record<string, unknown>>) => get('/v1/system/healthz', keys);

  it('leaves out a role that nothing plays', async () => {
    const { body } = await healthz({ roles: { db: 'postgres' } });
    expect(body).toBe('{"db":"ok","status":"ok"}\n');
  });

  it('is ok for a role that is degraded', async () => {
    const { status, headers, body } = await healthz({ checks: { ...WORKING, postgres: { ...WORKS, slow: 0.000001 } } });
    expect(headers['x-health-status']).toBe('degraded');
    expect([status, JSON.parse(body)]).toMatchObject([200, { db: 'ok', status: 'ok' }]);
    expect(body).not.toContain('_meta');
  });

  it('is nok as a whole when a check fails that plays no role', async () => {
    const { status, body } = await healthz({ checks: { ...WORKING, other: FAILS } });
    expect([status, JSON.parse(body)]).toMatchObject([500, { db: 'ok', storage: 'ok', status: 'nok' }]);
  });

  it('has a group play a role as its worst check does', async () => {
    const checks = { ...WORKING, cache: { data: WORKS, pages: FAILS } };
    expect(JSON.parse((await healthz({ checks, roles: { redis: 'cache' } })).body)).toMatchObject({ redis: 'nok' });
    expect(JSON.parse((await healthz({ checks })).body)).toMatchObject({ redis: 'ok' });
  });

  it('tells the holder of a token what is wrong', async () => {
    const { body } = await spoken({ checks: failing('files') }).report('', { query: 'format=ragflow' });
    expect(JSON.parse(body)).toMatchObject({
      _meta: { storage: { error: expect.stringMatching(/^UnhealthyError: vault .* has no secret missing/) as string } },
    });
  });

  it('is that of a part where a part is asked for', async () => {
    const { report } = spoken({ checks: failing('files') });
    expect((await report('cache/', { query: 'format=ragflow' })).body).toBe('{"redis":"ok","status":"ok"}\n');
  });
});

describe('/api/v4/system/ping', () => {
  const ping = (query: string, keys?: Readonly<Record<string, unknown>>) => get('/api/v4/system/ping', keys, { query });

  it('answers as Mattermost does, about the whole', async () => {
    const { status, headers, body } = await ping('');
    expect(body).toBe(`{${APPS},"status":"OK"}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', expires: '0', 'permissions-policy': '' });
    expect(headers).not.toHaveProperty('status');
  });

  it('answers 500 when anything critical fails', async () => {
    const { status, body } = await ping('', { checks: failing('search') });
    expect([status, body]).toEqual([500, `{${APPS},"status":"UNHEALTHY"}`]);
  });

  it('tells of database and file store where that is asked for, in the headers too', async () => {
    const { status, headers, body } = await ping('get_server_status=true', { checks: failing('files') });
    expect(body).toBe(`{${APPS},"database_status":"OK","filestore_status":"UNHEALTHY","status":"UNHEALTHY"}`);
    expect(headers).toMatchObject({ status: 'UNHEALTHY', database_status: 'OK', filestore_status: 'UNHEALTHY' });
    expect(status).toBe(500);
  });

  it.each(['get_server_status=1', 'get_server_status=TRUE', 'get_server_status'])('takes %s for no', async (query) => {
    expect((await ping(query)).body).toBe(`{${APPS},"status":"OK"}`);
  });

  it('leaves out what nothing plays', async () => {
    const { headers, body } = await ping('get_server_status=true', { roles: { db: 'postgres' } });
    expect(body).toBe(`{${APPS},"database_status":"OK","status":"OK"}`);
    expect(headers).not.toHaveProperty('filestore_status');
  });

  it.each([
    ['use_rest_semantics=true', 200],
    ['use_rest_semantics=1', 500],
    ['status=200', 500],
  ])('answers a failing namespace that is asked with %s with status %d', async (query, expected) => {
    const { status, body } = await ping(query, { checks: failing('files') });
    expect([status, body]).toEqual([expected, `{${APPS},"status":"UNHEALTHY"}`]);
  });

  it('says UNHEALTHY when the process of the service is at a threshold', async () => {
    const checks = { own: { kind: 'process', max_runs: 1 } };
    expect((await ping('', { checks })).body).toBe(`{${APPS},"status":"UNHEALTHY"}`);
    expect((await ping('', { checks: { own: { kind: 'process', max_runs: 1000 } } })).body).toContain('"OK"');
  });
});

describe('/dry_run and /', () => {
  it('answers as a gateway of Jina does when everything works', async () => {
    const { status, headers, body } = await get('/dry_run');
    expect(body).toBe('{"code":0,"description":"","exception":null}');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
  });

  it('answers 200 and code 1 when anything critical fails, with the class of the error and no stack', async () => {
    const { status, body } = await get('/dry_run', { checks: failing('files') });
    expect(body).toBe(
      '{"code":1,"description":"files: UnhealthyError",' +
        '"exception":{"name":"UnhealthyError","args":[],"stacks":[],"executor":"files"}}',
    );
    expect(status).toBe(200);
  });

  it('tells the holder of a token what is wrong', async () => {
    const { body } = await spoken({ checks: failing('files') }).report('', { query: 'format=jina' });
    const message = 'vault memory:test has no secret missing; create or restore it there';
    expect(JSON.parse(body)).toMatchObject({
      description: `files: UnhealthyError: ${message}`,
      exception: { name: 'UnhealthyError', args: [message], executor: 'files' },
    });
  });

  it('answers {} for the gateway itself without running any check', async () => {
    const { ask, runs } = spoken({ checks: failing('files') });
    expect(await ask('/')).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(runs()).toBe(0);
  });
});

describe.each(['/v1/system/healthz', '/api/v1/system/healthz', '/api/v4/system/ping', '/dry_run', '/'])(
  '%s',
  (path) => {
    it('is a path like any unknown one unless a namespace is public', async () => {
      for (const options of [{}, { publicNamespace: 'other' }]) {
        const { ask } = asker({ checks: WORKING }, {}, undefined, options);
        expect(await ask(path)).toEqual(await ask('/nowhere'));
      }
    });

    it('is found behind a base path', async () => {
      const options = { publicNamespace: 'prod', basePath: '/ops' };
      const { ask } = asker({ checks: WORKING }, {}, undefined, options);
      expect((await ask(`/ops${path}`)).status).toBe(200);
    });

    it('takes no other method, and answers HEAD without a body', async () => {
      const { ask } = spoken();
      expect((await ask(path, { method: 'POST' })).status).toBe(405);
      expect(await ask(path, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    });

    it('shows no message, whatever the request asks for', async () => {
      const { ask } = spoken({ checks: failing('postgres') });
      const { body, headers } = await ask(path, { query: 'format=text&get_server_status=true' });
      expect(body + JSON.stringify(headers)).not.toContain(NEEDLE);
    });
  },
);
