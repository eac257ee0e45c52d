/**
 * Calls `Check` at a rate, or watches with many listeners, over one connection for some seconds. Prints how many
 * answers of each kind came, and how fast.
 */
import { Client, credentials, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { quantile } from './figure.ts';

const [address = '', mode = 'check', count = '1', seconds = '1'] = process.argv.slice(2);
/** Milliseconds between two portions of calls. */
const TICK_MS = 10;
const EMPTY = Buffer.alloc(0);

const client = new Client(address, credentials.createInsecure());
const outcomes: Record<string, number> = {};
const times: number[] = [];
const bytes = (value: Buffer) => value;
const note = (outcome: string) => (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1);

function check(): Promise<void> {
  const start = performance.now();
  return new Promise((resolve) => {
    const done = (error: ServiceError | null, answer?: Buffer) => {
      times.push(performance.now() - start);
      note(error === null ? (answer?.toString('hex') ?? '') : status[error.code]);
      resolve();
    };
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, EMPTY, done);
  });
}

/** Calls as many as the rate demands, even if answers come late. */
async function checks(rate: number): Promise<void> {
  const start = performance.now();
  const asked: Promise<void>[] = [];
  for (let now = 0; now < Number(seconds) * 1000; now = performance.now() - start) {
    while (asked.length < (now / 1000) * rate) asked.push(check());
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(asked);
}

async function watch(listeners: number): Promise<void> {
  const streams = Array.from({ length: listeners }, () => {
    const stream = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', bytes, bytes, EMPTY);
    return stream.on('data', (answer: Buffer) => note(answer.toString('hex'))).on('error', () => undefined);
  });
  await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
  for (const stream of streams) stream.cancel();
}

await (mode === 'watch' ? watch : checks)(Number(count));
client.close();
process.stdout.write(JSON.stringify({ outcomes, medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }));
