/** What the checks over gRPC cost, compared with a call by the bare client on a connection of its own. */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { dryRun, healthCheck } from '../../lib/clients/grpc/services.ts';
import type { MethodDefinition } from '@grpc/grpc-js';
import type { Addresses } from '../stack/addresses.ts';
import { runLeaf } from '../support/run-leaf.ts';
import { median, ms, ratio, time } from './figure.ts';
import type { Figure } from './figure.ts';

const ROUNDS = 200;
const WARM_UP = 30;
const ASKED = 1.2;
/** Milliseconds in which the bare client's connection closes, so that the check after it does not wait for that. */
const CLOSED_MS = 5;

export async function grpcChecks({ grpc, jina }: Addresses): Promise<Figure[]> {
  const [health, run] = [await healthCheck(), await dryRun()];
  return [
    await compared('grpc', grpc.port, (port) => bare(port, health, { service: '' })),
    await compared('jina', jina.grpc, (port) => bare(port, run, {})),
  ];
}

async function compared(kind: string, port: number, raw: (port: number) => Promise<void>): Promise<Figure> {
  const statuses = new Set<string>();
  const [own, bareOnes]: [number[], number[]] = [[], []];
  const check = async () => {
    const { status, result } = await runLeaf({ kind, url: `grpc://127.0.0.1:${port}` });
    statuses.add(status);
    return result.durationMs;
  };
  // In turns, so that other load on the machine affects both equally.
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const took = await check();
    await pause(CLOSED_MS);
    const tookBare = await time(() => raw(port));
    await pause(CLOSED_MS);
    if (round < WARM_UP) continue;
    own.push(took);
    bareOnes.push(tookBare);
  }
  const [ours, theirs] = [median(own), median(bareOnes)];
  return {
    name: `a check of the kind ${kind} ÷ the call by the bare client, p50`,
    asked: `≤ ${String(ASKED)} ×`,
    measured: `${ratio(ours / theirs)} (${ms(ours)} ÷ ${ms(theirs)}); ${[...statuses].join(' ')}`,
    ok: ours / theirs <= ASKED && [...statuses].join() === 'working',
  };
}

/** Opens a connection, calls, and closes it. Without the pool, since that would share the connection. */
async function bare<Request, Answer>(port: number, method: MethodDefinition<Request, Answer>, request: Request) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  try {
    await new Promise<void>((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = method;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  } finally {
    client.close();
  }
}
