/** RAGFlow's, Mattermost's and Jina's answers, as their own clients read them, beside those of a real Flow of Jina. */
import { join } from 'node:path';
import { Client4 } from '@mattermost/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { jina } from '../stack/builds/jina.ts';
import { runCommand } from '../stack/command.ts';
import { freePort } from '../stack/process.ts';
import { serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { webSocketAnswer } from '../support/websocket-answer.ts';

const PYTHON = join(jina.folder, 'bin/python');
const QUIET = { JINA_OPTOUT_TELEMETRY: '1', JINA_HIDE_SURVEY: '1', JINA_LOG_LEVEL: 'ERROR' };
const LIMIT_MS = 25_000;

const IS_READY = `
import sys
from jina import Client
print([Client(host=url).is_flow_ready(timeout=10) for url in sys.argv[1:]])
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let working: Served;
let broken: Served;
const flow = inject('stack').jina;

beforeAll(async () => {
  const closed = await freePort();
  const checks = (leaf: object) => ({
    access_tokens: ['an-opaque-token-of-the-tests'],
    roles: { db: 'db', storage: 'files' },
    checks: { db: leaf, files: { kind: 'process' } },
  });
  folder = await temporaryFolder({
    'works.json': JSON.stringify(checks({ kind: 'process' })),
    'fails.json': JSON.stringify(checks({ kind: 'tcp', host: '127.0.0.1', port: closed })),
  });
  const serve = (name: string) =>
    serveCli(['--vault', `file:${folder.path}`], { env: { HEALTHGATE_PUBLIC_NAMESPACE: name } });
  [working, broken] = await Promise.all([serve('works'), serve('fails')]);
});

afterAll(async () => {
  await Promise.all([working.stop(), broken.stop()]);
  await folder.remove();
});

const overWebSocket = ({ url }: { readonly url: string }) => url.replace('http:', 'ws:');

/** What somebody who asks by HTTP gets, as far as it is the original's. */
async function got(url: string) {
  const response = await fetch(url);
  return [response.status, response.headers.get('content-type'), await response.text()];
}

describe('the answers for Jina', () => {
  it.each(['/', '/dry_run'])('are those of a real gateway to the byte at %s', async (path) => {
    expect(await got(`${working.url}${path}`)).toEqual(await got(`http://127.0.0.1:${flow.http}${path}`));
  });

  it('are those of a real gateway over WebSocket', async () => {
    const real = await webSocketAnswer(`ws://127.0.0.1:${flow.websocket}/dry_run`);
    expect(real).toEqual({ messages: ['{}'], code: 1000, reason: '', protocol: '' });
    expect(await webSocketAnswer(`${overWebSocket(working)}/dry_run`)).toEqual(real);
  });

  it("are understood by Jina's own client over HTTP and WebSocket", async () => {
    const urls = [working, broken].flatMap((served) => [served.url, overWebSocket(served)]);
    const { output } = await runCommand(PYTHON, ['-c', IS_READY, ...urls], LIMIT_MS, QUIET);
    expect(output).toContain('[True, True, False, False]');
  });

  it.each([
    ['succeeds where everything works', () => working, true],
    ['fails where something critical fails', () => broken, false],
  ])('make jina ping flow end as it should: it %s', async (_name, served, ok) => {
    for (const url of [served().url, overWebSocket(served())]) {
      const args = ['-m', 'jina', 'ping', 'flow', url, '--attempts', '1', '--timeout', '10000'];
      expect((await runCommand(PYTHON, args, LIMIT_MS, QUIET)).ok, url).toBe(ok);
    }
  });
});

describe("Mattermost's own client", () => {
  const ping = async ({ url }: Served, serverStatus: boolean) => {
    const client = new Client4();
    client.setUrl(url);
    return client.ping(serverStatus) as Promise<unknown>;
  };

  it('reads the ping, also of the database and the file store', async () => {
    expect(await ping(working, false)).toMatchObject({ status: 'OK' });
    expect(await ping(working, true)).toMatchObject({ status: 'OK', database_status: 'OK', filestore_status: 'OK' });
  });

  it('reads that something does not work', async () => {
    expect(await ping(broken, true)).toMatchObject({
      status: 'UNHEALTHY',
      database_status: 'UNHEALTHY',
      filestore_status: 'OK',
    });
  });
});

describe('the answer for RAGFlow', () => {
  it('has the status and the body of its documentation', async () => {
    expect(await got(`${working.url}/v1/system/healthz`)).toEqual([
      200,
      'application/json',
      '{"db":"ok","storage":"ok","status":"ok"}\n',
    ]);
    const [status, , body] = await got(`${broken.url}/v1/system/healthz`);
    expect(status).toBe(500);
    expect(JSON.parse(String(body))).toEqual({
      db: 'nok',
      storage: 'ok',
      status: 'nok',
      _meta: { db: { elapsed: expect.stringMatching(/^\d+\.\d$/) as string, error: 'ConnectionError' } },
    });
  });
});
