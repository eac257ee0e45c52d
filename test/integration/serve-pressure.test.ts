/** `healthgate serve` with more requests and connections than it takes, and with clients that end nothing. */
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';
import { blackHole } from '../support/faulty-server.ts';
import { temporaryFolder } from '../support/temporary.ts';

const token = createToken('shop');
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(checks: object, env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const vault = await temporaryFolder({ 'shop.json': JSON.stringify({ access_token: token, timeout: 3, checks }) });
  cleanUps.push(() => vault.remove());
  const served = await serveCli(['--vault', `file:${vault.path}`], { env });
  cleanUps.push(() => served.stop('SIGKILL'));
  return served;
}

const WORKS = { vault: { kind: 'secrets_manager' } };

/** A check that waits for its whole timeout. */
async function silent(): Promise<object> {
  const hole = await blackHole();
  cleanUps.push(() => hole.stop());
  return { silent: { kind: 'redis', url: `redis://127.0.0.1:${String(hole.port)}` } };
}

/** A connection that has sent this much of a request. */
async function opened({ url }: Served, text = ''): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  cleanUps.push(() => socket.destroy());
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

interface Answered {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  readonly allowed: unknown;
  readonly body: string;
}

function ask({ url }: Served, agent: Agent, path = `/api/health/${token}/`): Promise<Answered> {
  return new Promise((resolve, reject) => {
    get(`${url}${path}`, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        const { 'retry-after': retryAfter, 'access-control-allow-origin': allowed } = response.headers;
        resolve({ status: response.statusCode, retryAfter, allowed, body });
      });
    }).on('error', reject);
  });
}

function agentOf(keepAlive = false): Agent {
  const agent = new Agent({ keepAlive });
  cleanUps.push(() => {
    agent.destroy();
  });
  return agent;
}

describe('serve, given more requests than it takes', () => {
  it('answers those beyond 503 with Retry-After, and those that it took as ever', async () => {
    const served = await start(await silent(), { HEALTHGATE_CORS_ORIGINS: '*' });
    const agent = agentOf();
    const answers = await Promise.all(Array.from({ length: 700 }, () => ask(served, agent)));
    const reports = answers.filter(({ body }) => body.startsWith('{"silent":'));
    const refused = answers.filter(({ body }) => body === '{"detail":"Service unavailable."}');
    expect(reports.length + refused.length).toBe(700);
    expect(reports.length).toBeGreaterThanOrEqual(512);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer).toMatchObject({ status: 503, retryAfter: '1', allowed: '*' });
    for (const answer of reports) expect(answer).toMatchObject({ status: 503, retryAfter: undefined, allowed: '*' });
    expect(await ask(served, agent, '/')).toMatchObject({ status: 404 });
  });
});

describe('serve, given connections that send nothing', () => {
  it('answers others while there are 1,000 of them, and after 3,000', async () => {
    const served = await start(WORKS);
    const agent = agentOf();
    for (const count of [1000, 2000]) {
      await Promise.all(Array.from({ length: count }, () => opened(served)));
      expect(await ask(served, agent)).toMatchObject({ status: 200 });
    }
  });

  it('answers others while 1,000 have sent half a request', async () => {
    const served = await start(WORKS);
    await Promise.all(Array.from({ length: 1000 }, () => opened(served, 'GET /api/health/ HTTP/1.1\r\nhost: ')));
    expect(await ask(served, agentOf())).toMatchObject({ status: 200 });
  });

  it('answers others while 1,000 are kept open after a request', async () => {
    const served = await start(WORKS);
    const kept = agentOf(true);
    await Promise.all(Array.from({ length: 500 }, () => ask(served, kept)));
    await Promise.all(Array.from({ length: 500 }, () => ask(served, agentOf(true))));
    expect(await ask(served, agentOf())).toMatchObject({ status: 200 });
  });
});

describe('serve, told to end', () => {
  it.each([
    ['sends nothing', ''],
    ['has sent half a request', 'GET /api/health/ HTTP/1.1\r\nhost: '],
    ['has sent the head of a request without its body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n'],
    ['keeps its connection open after a request', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('ends while a client %s', async (_name, text) => {
    const served = await start(WORKS);
    const socket = await opened(served, text);
    if (text.endsWith('\r\n\r\n')) await once(socket, 'data');
    const closed = once(socket.resume(), 'close');
    expect(await served.stop()).toBe(0);
    await closed;
  });

  it('still answers the request under way, and closes its connection then', async () => {
    const served = await start(await silent());
    const answering = ask(served, agentOf(true));
    await once(await opened(served, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'), 'data'); // the request before has arrived
    expect(await served.stop()).toBe(0);
    expect((await answering).body).toContain('TimeoutError');
  });
});
