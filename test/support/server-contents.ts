/** What clients can leave in the servers of a stack: keys, messages, queues, objects, sessions. */
import { connect } from 'node:net';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import type { Addresses } from '../stack/addresses.ts';
import { rabbitmqctl } from '../stack/servers/rabbitmq.ts';
import { sendCommands } from '../stack/servers/shared/redis.ts';
import type { Login } from '../stack/servers/shared/redis.ts';
import { queueOnSqs } from './sqs-queue.ts';

/** Databases of a Redis that is not a cluster. */
const DATABASES = 16;

/**
 * One line for each thing that is in a server: a key, queue, exchange, binding, message, object, session or query.
 * Leaves out the session that looks.
 *
 * @param expiresWithinS Keys that expire within so many seconds are left out.
 */
export async function contentsOf(stack: Addresses, expiresWithinS: number): Promise<string[]> {
  const { redis, redisTls, redisCluster, redisSentinel, memcached, postgres, mysql, clickhouse, rabbitmq, aws } = stack;
  const secured = { port: redisTls.port, password: new URL(redisTls.url).password, tls: { ca: redisTls.ca } };
  const master = await sendCommands(redisSentinel, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main']);
  const masterPort = Number((master[0] as string[])[1]);
  const asked: Readonly<Record<string, Promise<readonly string[]>>> = {
    redis: inRedis(redis, expiresWithinS, DATABASES),
    redisTls: inRedis({ ...secured, password: decodeURIComponent(secured.password) }, expiresWithinS, DATABASES),
    sentinel: sessionsIn(redisSentinel),
    master: inRedis({ port: masterPort }, expiresWithinS, DATABASES),
    ...Object.fromEntries(
      redisCluster.ports.map((port, node) => [`node ${node}`, inRedis({ port }, expiresWithinS, 1)]),
    ),
    memcached: inMemcached(memcached.port, expiresWithinS),
    'other memcached': inMemcached(memcached.otherPort, expiresWithinS),
    postgres: inPostgres(postgres.url),
    mysql: inMysql(mysql.url),
    clickhouse: inClickhouse(clickhouse.url),
    rabbitmq: inRabbitmq(rabbitmq),
    s3: inS3(aws),
    sqs: inSqs(),
  };
  const found = Object.entries(asked).map(async ([server, lines]) => (await lines).map((line) => `${server}: ${line}`));
  return (await Promise.all(found)).flat();
}

const sessions = (count: number): string[] => Array<string>(count).fill('session');

async function inRedis(login: Login, expiresWithinS: number, databases: number): Promise<string[]> {
  const keys: string[] = [];
  for (let database = 0; database < databases; database += 1) {
    const select = databases === 1 ? [] : [['SELECT', String(database)] as const];
    const names = (await sendCommands(login, ...select, ['KEYS', '*'])).at(-1) as string[];
    const ages = await sendCommands(login, ...select, ...names.map((name) => ['TTL', name] as const));
    ages.slice(select.length).forEach((left, index) => {
      // -1 is never; -2 is a key that is gone by now.
      if (left === -1 || Number(left) > expiresWithinS) keys.push(`key ${names[index] ?? ''} of database ${database}`);
    });
  }
  return [...keys, ...(await sessionsIn(login))];
}

async function sessionsIn(login: Login): Promise<string[]> {
  const [clients] = await sendCommands(login, ['CLIENT', 'LIST']);
  return sessions(String(clients).trim().split('\n').length - 1);
}

async function inMemcached(port: number, expiresWithinS: number): Promise<string[]> {
  const inTime = Date.now() / 1000 + expiresWithinS;
  const dump = await askMemcached(port, 'lru_crawler metadump all');
  const keys = [...dump.matchAll(/^key=(\S+) exp=(-?\d+) /gm)].filter(
    ([, , expires]) => expires === '-1' || Number(expires) > inTime,
  );
  const count = Number(/STAT curr_connections (\d+)/.exec(await askMemcached(port, 'stats'))?.[1]);
  return [...keys.map(([, key]) => `key ${key ?? ''}`), ...sessions(count - 1)];
}

async function askMemcached(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  let answer = '';
  for await (const bytes of socket) {
    answer += String(bytes);
    if (/^(?:END|ERROR.*|BUSY.*)\r\n/m.test(answer)) break;
  }
  if (!answer.endsWith('END\r\n')) throw new Error(`memcached answered ${command} with ${answer}`);
  return answer;
}

async function inPostgres(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query(
    "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
  );
  await client.end();
  return sessions(rowCount ?? 0);
}

async function inMysql(url: string): Promise<string[]> {
  const connection = await createConnection({ uri: url });
  const [rows] = await connection.query('SHOW PROCESSLIST');
  await connection.end();
  return sessions((rows as unknown[]).length - 1);
}

async function inClickhouse(url: string): Promise<string[]> {
  const { username, password, origin } = new URL(url);
  const answer = await fetch(`${origin}/?query=${encodeURIComponent('SELECT query FROM system.processes')}`, {
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${decodeURIComponent(password)}`).toString('base64')}`,
      connection: 'close',
    },
  });
  const queries = (await answer.text()).trim().split('\n');
  return queries.filter((query) => !query.includes('system.processes')).map((query) => `query ${query}`);
}

/** Asks once for everything, because each `rabbitmqctl` starts a virtual machine of Erlang. */
async function inRabbitmq({ control }: Addresses['rabbitmq']): Promise<string[]> {
  const name = (resource: string) => `element(4, ${resource})`;
  const lines = [
    '[<<"session">> || _ <- rabbit_networking:connections()]',
    `[iolist_to_binary(["exchange ", ${name('E')}]) || E <- rabbit_exchange:list_names()]`,
    `[iolist_to_binary(["queue ", ${name('amqqueue:get_name(Q)')}]) || Q <- rabbit_amqqueue:list()]`,
    `[iolist_to_binary(["message in ", ${name('amqqueue:get_name(Q)')}]) || Q <- rabbit_amqqueue:list(),
       {messages, Count} <- rabbit_amqqueue:info(Q, [messages]), _ <- lists:seq(1, Count)]`,
    `[iolist_to_binary(["binding of ", ${name('element(2, B)')}, " to ", ${name('element(4, B)')}])
       || B <- rabbit_binding:list(<<"/">>)]`,
  ];
  const answer = await rabbitmqctl(control, 'eval', `${lines.join(' ++ ')}.`);
  return [...answer.matchAll(/<<"(.*?)">>/g)].map(([, line = '']) => line);
}

async function inS3({ bucket: Bucket }: Addresses['aws']): Promise<string[]> {
  const s3 = new S3Client({ forcePathStyle: true });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  s3.destroy();
  return Contents.map(({ Key = '' }) => `object ${Key}`);
}

async function inSqs(): Promise<string[]> {
  const sqs = new SQSClient();
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand());
  const lines = QueueUrls.map(async (url) => {
    const name = url.split('/').at(-1) ?? '';
    const { waiting, taken } = await queueOnSqs(sqs, name).counts();
    return [`queue ${name}`, ...Array<string>(waiting + taken).fill(`message in ${name}`)];
  });
  const all = (await Promise.all(lines)).flat();
  sqs.destroy();
  return all;
}
