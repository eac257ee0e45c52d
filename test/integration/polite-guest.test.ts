/** Healthy checks are polite guests: 300 runs leave nothing in the logs of the servers, and nothing behind. */
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Addresses } from '../stack/addresses.ts';
import { MOTO_CREDENTIALS, motoEnvironment } from '../stack/servers/moto.ts';
import { rabbitmqctl } from '../stack/servers/rabbitmq.ts';
import { sendCommands } from '../stack/servers/shared/redis.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';
import { runLeaves } from '../support/run-leaf.ts';

const RUNS = 300;
const CONCURRENT = 5;
const NAMES = [
  ...(['redis', 'postgres', 'mysql', 'rabbitmq', 'clickhouse', 'memcached'] as const),
  ...(['celery', 'celeryRedis', 'aws'] as const),
] as const;
/** Lines of a warning or worse, as these servers write them; Redis marks a warning with # after the time. */
const TROUBLE = /warn|error|fatal|critical|panic|traceback|abort|lost|denied|^\d+:\w .{20,30} # /i;

let stack: Stack<(typeof NAMES)[number]>;

beforeAll(async () => {
  stack = await startStack(NAMES);
  Object.assign(process.env, motoEnvironment(stack.addresses.aws));
}, 120_000);

afterAll(() => stack.stop(), 60_000);

type Servers = Pick<Addresses, (typeof NAMES)[number]>;

function leavesOf({ redis, postgres, mysql, rabbitmq, clickhouse, memcached, celery, celeryRedis, aws }: Servers) {
  const canary = { task: 'celery.accumulate' };
  const leaves = {
    redis: { kind: 'redis', url: redis.url },
    cache: { kind: 'cache', url: redis.url },
    memcached: { kind: 'memcached', url: memcached.url },
    postgres: { kind: 'postgres', url: postgres.url },
    mysql: { kind: 'mysql', url: mysql.url },
    clickhouse: { kind: 'clickhouse', url: clickhouse.url },
    rabbitmq: { kind: 'rabbitmq', url: rabbitmq.url, round_trip: true },
    s3: { kind: 's3', bucket: aws.bucket, region: aws.region, endpoint: aws.endpoint },
    ping: { kind: 'celery_ping', url: rabbitmq.url },
    queue: { kind: 'celery_queue', url: rabbitmq.url, queue: 'low_priority', result_url: celery.resultUrl, ...canary },
    'ping over Redis': { kind: 'celery_ping', url: celeryRedis.url },
    'queue over Redis': {
      ...{ kind: 'celery_queue', url: celeryRedis.url, queue: celeryRedis.queue, result_url: celeryRedis.resultUrl },
      ...canary,
    },
  };
  // Nothing here depends on how busy the machine is.
  return Object.fromEntries(Object.entries(leaves).map(([name, leaf]) => [name, { ...leaf, timeout: 10 }]));
}

/** Everything that a check could leave in a server, without what this question itself makes. */
async function contentsOf(servers: Servers): Promise<Record<string, unknown>> {
  const [redis, memcached] = await Promise.all([inRedis(servers.redis.port), inMemcached(servers.memcached.port)]);
  const [postgres, mysql] = await Promise.all([inPostgres(servers.postgres.url), inMysql(servers.mysql.url)]);
  return { redis, memcached, postgres, mysql, rabbitmq: await inRabbitmq(servers), s3: await inS3(servers.aws) };
}

async function inRedis(port: number): Promise<unknown> {
  const databases = Array.from({ length: 16 }, (_, number) => String(number));
  const commands = databases.flatMap((number) => [['SELECT', number] as const, ['KEYS', '*'] as const]);
  const replies = await sendCommands({ port }, ['CLIENT', 'LIST'], ...commands);
  const [clients, ...rest] = replies;
  const keys = rest.filter((reply) => Array.isArray(reply)).map((names) => (names as string[]).sort());
  return { sessions: String(clients).trim().split('\n').length - 1, keys };
}

async function inMemcached(port: number): Promise<unknown> {
  const socket = connect(port, '127.0.0.1');
  socket.write('stats\r\nquit\r\n');
  return /STAT (curr_items \d+)/.exec(await text(socket))?.[1];
}

async function inPostgres(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    "SELECT usename FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
  );
  await client.end();
  return rows;
}

async function inMysql(url: string): Promise<unknown> {
  const connection = await createConnection({ uri: url });
  const [rows] = await connection.query('SHOW PROCESSLIST');
  await connection.end();
  return (rows as unknown[]).length - 1;
}

/** In one call, since each starts a virtual machine of Erlang. */
function inRabbitmq({ rabbitmq: { control } }: Servers): Promise<string> {
  const names = 'lists:sort(rabbit_amqqueue:list_names()), lists:sort(rabbit_exchange:list_names())';
  const bindings = 'lists:sort(rabbit_binding:list(<<"/">>))';
  const program = `io_lib:format("~0p", [{length(rabbit_networking:connections()), ${names}, ${bindings}}]).`;
  return rabbitmqctl(control, 'eval', program);
}

async function inS3({ endpoint, region, bucket: Bucket }: Servers['aws']): Promise<unknown> {
  const s3 = new S3Client({ endpoint, region, credentials: MOTO_CREDENTIALS, forcePathStyle: true });
  const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket }));
  s3.destroy();
  return KeyCount;
}

/** The lines of every server's log, by file. */
async function logs(): Promise<Map<string, string[]>> {
  const files = (await readdir(stack.folder, { recursive: true })).filter((file) => file.endsWith('.log'));
  const read = files.map(
    async (file) => [file, (await readFile(join(stack.folder, file), 'utf8')).split('\n')] as const,
  );
  return new Map(await Promise.all(read));
}

test('300 healthy runs leave no warning in any log, and nothing behind', { timeout: 120_000 }, async () => {
  const leaves = leavesOf(stack.addresses);
  const runOnce = async () => {
    const outcomes = Object.entries(await runLeaves(leaves));
    return outcomes.map(([name, { status }]) => `${name}: ${status}`).filter((line) => !line.endsWith(': working'));
  };
  // Celery declares its own queues and keys when it is first used.
  expect(await runOnce()).toEqual([]);
  const [before, logsBefore] = [await contentsOf(stack.addresses), await logs()];
  expect(logsBefore.size).toBeGreaterThan(NAMES.length);

  for (let done = 0; done < RUNS; done += CONCURRENT) {
    const failures = await Promise.all(Array.from({ length: CONCURRENT }, runOnce));
    expect(failures.flat()).toEqual([]);
  }

  await expect.poll(() => contentsOf(stack.addresses), { timeout: 30_000, interval: 1000 }).toEqual(before);
  const added = [...(await logs())].flatMap(([file, lines]) =>
    lines.slice(logsBefore.get(file)?.length ?? 0).map((line) => `${file}: ${line}`),
  );
  expect(added.filter((line) => TROUBLE.test(line.replace(/^\S+: /, '')))).toEqual([]);
});
