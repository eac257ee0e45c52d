/**
 * What each check of the demo namespace does, with only the raw driver: opens a connection, does the work, closes the
 * connection.
 */
import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DescribeApiDestinationCommand,
  DescribeConnectionCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { createClient } from '@clickhouse/client';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { WebSocket } from 'ws';
import type { Addresses } from '../stack/addresses.ts';
import { HISTORY } from '../stack/servers/shared/event-bridge.ts';

export interface RawCheck {
  /** How many checks of the namespace do this. One by default. */
  readonly times?: number;
  readonly run: () => Promise<unknown>;
}

export type RawChecks = Readonly<Record<string, RawCheck>>;

/** @param secret The name of a secret that the emulator has. */
export function rawChecks(stack: Addresses, secret: string): RawChecks {
  const s3 = new S3Client({ region: stack.aws.region, endpoint: stack.aws.endpoint, forcePathStyle: true });
  const events = new EventBridgeClient({ region: stack.aws.region, endpoint: stack.aws.endpoint });
  const secrets = new SecretsManagerClient({ region: stack.aws.region, endpoint: stack.aws.endpoint });
  return {
    redis: { run: () => ping(new Redis(stack.redis.url)) },
    redis2: { run: () => ping(new Redis(stack.redisTls.url, { tls: { ca: stack.redisTls.ca } })) },
    cache: { times: 4, run: () => setGetDel(new Redis(stack.redis.url)) },
    postgres: {
      async run() {
        const client = new pg.Client(stack.postgres.url);
        await client.connect();
        await client.query('SELECT 1');
        await client.end();
      },
    },
    mysql: {
      async run() {
        const connection = await mysql.createConnection(stack.mysql.url);
        await connection.query('SELECT 1');
        await connection.end();
      },
    },
    'history.clickhouse': {
      async run() {
        const client = createClient({ url: stack.clickhouse.url });
        const rows = await client.query({ query: 'SELECT 1' });
        await rows.text();
        await client.close();
      },
    },
    rabbit: { run: () => roundTrip(stack.rabbitmq.url) },
    'celery.ping': { run: () => pingWorker(stack) },
    'celery.queues': { times: 3, run: () => canary(stack) },
    's3, history.files': {
      times: 2,
      async run() {
        const object = { Bucket: stack.aws.bucket, Key: randomUUID() };
        await s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
        const { Body } = await s3.send(new GetObjectCommand(object));
        await Body?.transformToString();
        await s3.send(new DeleteObjectCommand(object));
      },
    },
    'history.e2e': { run: () => pipeline(stack, events) },
    'history.event_bridge.api_destination': {
      run: () => events.send(new DescribeApiDestinationCommand({ Name: HISTORY.destination })),
    },
    'history.event_bridge.connection': {
      run: () => events.send(new DescribeConnectionCommand({ Name: HISTORY.connection })),
    },
    'history.event_bridge.credentials': {
      async run() {
        const { SecretArn } = await events.send(new DescribeConnectionCommand({ Name: HISTORY.connection }));
        await secrets.send(new DescribeSecretCommand({ SecretId: SecretArn }));
      },
    },
    'history.event_bridge.rule': {
      async run() {
        await events.send(new DescribeRuleCommand({ Name: HISTORY.rule, EventBusName: HISTORY.bus }));
        await events.send(new ListTargetsByRuleCommand({ Rule: HISTORY.rule, EventBusName: HISTORY.bus }));
      },
    },
    'history.api': { run: () => get(stack.historyApi.healthUrl) },
    vault: { run: () => secrets.send(new GetSecretValueCommand({ SecretId: secret })) },
    cloud_front: { run: () => get(new URL('/app.js', stack.assets.url).href) },
    websocket: { run: () => echo(stack) },
  };
}

async function ping(client: Redis): Promise<void> {
  await client.ping();
  client.disconnect();
}

async function setGetDel(client: Redis): Promise<void> {
  const key = randomUUID();
  await client.set(key, key, 'EX', 60);
  await client.get(key);
  await client.del(key);
  client.disconnect();
}

async function get(url: string): Promise<void> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  await response.text();
}

async function roundTrip(url: string): Promise<void> {
  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
  const came = new Promise((resolve) => void channel.consume(queue, resolve, { noAck: true }));
  channel.sendToQueue(queue, Buffer.from('x'));
  await came;
  await connection.close();
}

/**
 * Does the steps one after the other, in the documented order:
 * https://docs.celeryq.dev/en/stable/userguide/workers.html#remote-control
 */
async function pingWorker({ rabbitmq }: Addresses): Promise<void> {
  const id = randomUUID();
  const reply = 'reply.celery.pidbox';
  const connection = await connect(rabbitmq.url, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.assertExchange('celery.pidbox', 'fanout', { durable: false, autoDelete: false });
  await channel.assertExchange(reply, 'direct', { durable: false, autoDelete: false });
  const { queue } = await channel.assertQueue(`${id}.${reply}`, {
    durable: false,
    autoDelete: true,
    expires: 10_000,
  });
  await channel.bindQueue(queue, reply, id);
  const came = new Promise((resolve) => void channel.consume(queue, resolve, { noAck: true }));
  const body = {
    method: 'ping',
    arguments: {},
    destination: null,
    pattern: null,
    matcher: null,
    ticket: id,
    reply_to: { exchange: reply, routing_key: id },
  };
  channel.publish('celery.pidbox', '', Buffer.from(JSON.stringify(body)), {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    headers: { clock: 1, expires: Date.now() / 1000 + 10 },
  });
  await came;
  await connection.close();
}

/** Sends a task in Celery's protocol 2, and gets its result from Redis. */
async function canary({ rabbitmq, celery }: Addresses): Promise<void> {
  const id = randomUUID();
  const redis = new Redis(celery.resultUrl);
  const came = new Promise((resolve) => redis.once('message', resolve));
  const [connection] = await Promise.all([
    connect(rabbitmq.url, { noDelay: true }),
    redis.subscribe(`celery-task-meta-${id}`),
  ]);
  const channel = await connection.createConfirmChannel();
  const body = JSON.stringify([[], {}, { callbacks: null, errbacks: null, chain: null, chord: null }]);
  const headers = {
    lang: 'py',
    task: celery.task,
    id,
    root_id: id,
    parent_id: null,
    group: null,
    retries: 0,
    eta: null,
  };
  channel.sendToQueue(celery.queues[0] ?? '', Buffer.from(body), {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    correlationId: id,
    headers: {
      ...headers,
      expires: null,
      timelimit: [null, null],
      argsrepr: '()',
      kwargsrepr: '{}',
      origin: 'bench',
      ignore_result: false,
    },
  });
  await came;
  redis.disconnect();
  await connection.close();
}

async function echo({ websocket }: Addresses): Promise<void> {
  const socket = new WebSocket(new URL('/private', websocket.url), {
    headers: { authorization: `Bearer ${websocket.token}` },
    perMessageDeflate: false,
  });
  const came = new Promise((resolve) => socket.once('message', resolve));
  socket.once('open', () => {
    socket.send('x');
  });
  await came;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close();
  await closed;
}

/** Puts an event and asks ClickHouse for it repeatedly, without pauses. */
async function pipeline({ clickhouse }: Addresses, events: EventBridgeClient): Promise<void> {
  const id = randomUUID();
  const detail = JSON.stringify({ healthgate: { check: true, id } });
  const entry = { EventBusName: HISTORY.bus, Source: HISTORY.source, DetailType: HISTORY.detail_type, Detail: detail };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
  const client = createClient({ url: clickhouse.url });
  for (let found = '0'; found.trim() === '0';) {
    const rows = await client.query({
      query: `SELECT count() FROM history.events WHERE check_id = '${id}'`,
      format: 'TabSeparated',
    });
    found = await rows.text();
  }
  await client.close();
}
