/** How many runs reach a backend while 200 clients ask concurrently for 10 seconds. */
import { createServer } from 'node:http';
import { createApp } from '../../lib/http/app.ts';
import { close, createHttpServer, listen } from '../../lib/http/server.ts';
import { createLog } from '../../lib/log.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { memoryStore } from '../support/memory-store.ts';
import { ms } from './figure.ts';
import type { Figure } from './figure.ts';
import { isolated } from './isolated.ts';

const ASKERS = 200;
const SECONDS = 10;
const MAX_AGE = 2;

interface Outcome {
  readonly statuses: Readonly<Record<string, number>>;
  readonly medianMs: number;
  readonly p99Ms: number;
}

export async function askers(): Promise<Figure[]> {
  let hits = 0;
  const backend = createServer((_request, response) => {
    hits += 1;
    response.end('ok');
  });
  const backendUrl = await listen(backend, '127.0.0.1', 0);
  const token = createToken('bench');
  const document = { access_tokens: [token], max_age: MAX_AGE, checks: { backend: { kind: 'http', url: backendUrl } } };
  const log = createLog((line) => process.stderr.write(`${line}\n`));
  const vault = new Vault(memoryStore({ bench: JSON.stringify(document) }), log);
  const server = createHttpServer(createApp({ vault, log }));
  const url = await listen(server, '127.0.0.1', 0);
  const { statuses, medianMs, p99Ms } = await isolated<Outcome>('test/bench/askers-child.ts', [
    `${url}/api/health/${token}/`,
    String(ASKERS),
    String(SECONDS),
  ]);
  await close(server);
  await close(backend);

  const allowed = Math.ceil(SECONDS / MAX_AGE) + 1;
  const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const rate = (answers / SECONDS).toFixed(0);
  return [
    {
      name: `runs that reach the backend: ${ASKERS} concurrent clients for ${SECONDS} s, max_age ${MAX_AGE} s`,
      asked: `≤ ${String(allowed)}, every answer has status 200`,
      measured: `${hits}; ${JSON.stringify(statuses)}, ${rate}/s, p50 ${ms(medianMs)}, p99 ${ms(p99Ms)}`,
      ok: hits <= allowed && Object.keys(statuses).join() === '200',
    },
  ];
}
