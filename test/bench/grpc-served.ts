/** Calls and listeners over gRPC, against `healthgate serve` in a process of its own. */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { close, listen } from '../../lib/http/server.ts';
import { serveGrpc } from '../support/grpc-clients.ts';
import type { GrpcServed } from '../support/grpc-clients.ts';
import { ms } from './figure.ts';
import type { Figure } from './figure.ts';
import { isolated } from './isolated.ts';

const RATE = 1000;
const SECONDS = 10;
const MAX_AGE = 2;
const LISTENERS = 500;
const MAX_WATCH_MB = 64;
/** `HealthCheckResponse` with the status SERVING, in hexadecimal. */
const SERVING = '0801';

interface Outcome {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly medianMs: number;
  readonly p99Ms: number;
}

export async function grpcServed(): Promise<Figure[]> {
  let hits = 0;
  const backend = createServer((_request, response) => {
    hits += 1;
    response.end('ok');
  });
  const url = await listen(backend, '127.0.0.1', 0);
  const served = await serveGrpc({ backend: { kind: 'http', url } }, { keys: { max_age: MAX_AGE } });
  const measure = async (mode: string, count: number) => {
    hits = 0;
    const args = [served.address, mode, String(count), String(SECONDS)];
    return { ...(await isolated<Outcome>('test/bench/grpc-child.ts', args)), runs: hits };
  };
  try {
    await measure('check', 10);
    const cpuBefore = await cpuOf(served);
    const checks = await measure('check', RATE);
    const cpuMs = (await cpuOf(served)) - cpuBefore;
    const before = await memoryOf(served);
    const watching = measure('watch', LISTENERS);
    await new Promise((resolve) => setTimeout(resolve, (SECONDS * 1000) / 2));
    const during = await memoryOf(served);
    return [checkFigure(checks, cpuMs), watchFigure(await watching, during - before)];
  } finally {
    await served.stop();
    await close(backend);
  }
}

function allowedRuns(): number {
  return Math.ceil(SECONDS / MAX_AGE) + 1;
}

function checkFigure({ outcomes, medianMs, p99Ms, runs }: Outcome & { readonly runs: number }, cpuMs: number): Figure {
  const answers = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const rate = answers / SECONDS;
  const cpu = `${ms((cpuMs / answers) * 1000)} of CPU for 1,000`;
  const times = `p50 ${ms(medianMs)}, p99 ${ms(p99Ms)}`;
  return {
    name: `gRPC: ${String(RATE)} Check calls a second for ${String(SECONDS)} s, max_age ${String(MAX_AGE)} s`,
    asked: `every answer is SERVING, ≤ ${String(allowedRuns())} runs, ≤ 1 s of CPU for 1,000`,
    measured: `${JSON.stringify(outcomes)}, ${rate.toFixed(0)}/s, ${times}; ${String(runs)} runs, ${cpu}`,
    ok: Object.keys(outcomes).join() === SERVING && rate >= RATE * 0.98 && runs <= allowedRuns() && cpuMs <= answers,
  };
}

function watchFigure({ outcomes, runs }: Outcome & { readonly runs: number }, bytes: number): Figure {
  const mb = bytes / 2 ** 20;
  return {
    name: `gRPC: Watch with ${String(LISTENERS)} listeners for ${String(SECONDS)} s, max_age ${String(MAX_AGE)} s`,
    asked: `one answer each, ≤ ${String(allowedRuns())} runs, ≤ ${String(MAX_WATCH_MB)} MB more than before`,
    measured: `${JSON.stringify(outcomes)}; ${String(runs)} runs; ${mb.toFixed(1)} MB`,
    ok: outcomes[SERVING] === LISTENERS && runs <= allowedRuns() && mb <= MAX_WATCH_MB,
  };
}

/** Bytes of memory that the process holds. */
async function memoryOf({ pid }: GrpcServed): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) * 1024;
}

/** Milliseconds of CPU that the process has used. The kernel counts in hundredths of a second. */
async function cpuOf({ pid }: GrpcServed): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  // The second field is a name, which may contain spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
