/** What each check of the demo namespace does, with the raw driver alone: a fresh connection, the work, the connection closed. */
import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { createClient } from '@clickhouse/client';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { WebSocket } from 'ws';
import type { Addresses } from '../stack/addresses.ts';
import { HISTORY } from '../stack/servers/event-bridge.ts';

export type RawChecks = Readonly<Record<string, () => Promise<unknown>>>;

/** @param secret Name of a secret that the emulator holds. */
export function rawChecks(stack: Addresses, secret: string): RawChecks {
  const s3 = new S3Client({ region: stack.aws.region, endpoint: stack.aws.endpoint, forcePathStyle: true });
  const events = new EventBridgeClient({ region: stack.aws.region, endpoint: stack.aws.endpoint });
  const secrets = new SecretsManagerClient({ region: stack.aws.region, endpoint: stack.aws.endpoint });
  return {
    async redis() {
      const client = new Redis(stack.redis.url);
      await client.ping();
      client.disconnect();
    },
    async redis2() {
      const client = new Redis(stack.redisTls.url, { tls: { ca: stack.redisTls.ca } });
      await client.ping();
      client.disconnect();
    },
    async cache() {
      const client = new Redis(stack.redis.url);
      const key = randomUUID();
      await client.set(key, key, 'EX', 60);
      await client.get(key);
      await client.del(key);
      client.disconnect();
    },
    async postgres() {
      const client = new pg.Client(stack.postgres.url);
      await client.connect();
      await client.query('SELECT 1');
      await client.end();
    },
    async mysql() {
      const connection = await mysql.createConnection(stack.mysql.url);
      await connection.query('SELECT 1');
      await connection.end();
    },
    async clickhouse() {
      const client = createClient({ url: stack.clickhouse.url });
      const rows = await client.query({ query: 'SELECT 1' });
      await rows.text();
      await client.close();
    },
    rabbit: () => roundTrip(stack.rabbitmq.url),
    'celery.queue': () => canary(stack),
    async s3() {
      const object = { Bucket: stack.aws.bucket, Key: randomUUID() };
      await s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
      const { Body } = await s3.send(new GetObjectCommand(object));
      await Body?.transformToString();
      await s3.send(new DeleteObjectCommand(object));
    },
    'history.e2e': () => pipeline(stack, events),
    vault: () => secrets.send(new GetSecretValueCommand({ SecretId: secret })),
    async cloud_front() {
      const response = await fetch(new URL('/app.js', stack.assets.url), { headers: { connection: 'close' } });
      await response.text();
    },
    websocket: () => echo(stack),
  };
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

/** A task of Celery's protocol 2, answered over `amq.rabbitmq.reply-to` or in Redis, whichever the worker is set up for. */
async function canary({ rabbitmq, celery }: Addresses): Promise<void> {
  const id = randomUUID();
  const redis = new Redis(celery.resultUrl);
  await redis.subscribe(`celery-task-meta-${id}`);
  const came = new Promise((resolve) => redis.once('message', resolve));
  const connection = await connect(rabbitmq.url, { noDelay: true });
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

/** Puts an event, and asks ClickHouse for it without a pause. */
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
