/**
 * Accepts events as EventBridge sends them to an API destination, and stores them in ClickHouse.
 * Arguments: port, URL of ClickHouse, key that callers must send. While its table is missing, it answers 503, except to
 * events without the key.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const [port, clickhouse = '', key] = process.argv.slice(2);
const ASKED_WITHIN_MS = 5000;

const TABLE = `CREATE TABLE IF NOT EXISTS history.events (
  id String, check_id String, source String, detail_type String, time DateTime, detail String
) ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY (time, id)`;

interface Event {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: { readonly healthgate?: { readonly id: string } };
}

async function query(sql: string, rows = ''): Promise<void> {
  const { origin, username, password } = new URL(clickhouse);
  const authorization = `Basic ${Buffer.from(`${username}:${decodeURIComponent(password)}`).toString('base64')}`;
  const answer = await fetch(`${origin}/?query=${encodeURIComponent(sql)}`, {
    method: 'POST',
    headers: { authorization, connection: 'close' },
    body: rows,
    signal: AbortSignal.timeout(ASKED_WITHIN_MS),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(body);
}

async function answer(request: IncomingMessage): Promise<number> {
  const body = await text(request);
  if (request.url !== '/events' || request.method !== 'POST') {
    await query('SELECT 1 FROM history.events LIMIT 1');
    if (request.url === '/events') return 405;
    return request.method === 'GET' && request.url === '/health' ? 200 : 404;
  }
  if (request.headers['x-api-key'] !== key) return 401;
  const event = JSON.parse(body) as Event;
  const row = {
    id: event.id,
    // Only the events of health checks have this id.
    check_id: event.detail.healthgate?.id ?? '',
    source: event.source,
    detail_type: event['detail-type'],
    time: event.time.replace('T', ' ').replace('Z', ''),
    detail: JSON.stringify(event.detail),
  };
  await query('INSERT INTO history.events FORMAT JSONEachRow', JSON.stringify(row));
  return 204;
}

const server = createServer((request, response) => {
  answer(request).then(
    (status) => response.writeHead(status).end(),
    (error: unknown) => {
      console.error(error);
      response.writeHead(503).end();
    },
  );
});

try {
  await query('CREATE DATABASE IF NOT EXISTS history');
  await query(TABLE);
} catch (error) {
  console.error(error); // requests are answered with 503 until somebody makes the table
}
server.listen(Number(port), '127.0.0.1');
