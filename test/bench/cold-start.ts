/**
 * Cold starts with Lambda's runtime interface client: the time from the start of the process to its first answer,
 * compared with an empty handler.
 */
import { readFile } from 'node:fs/promises';
import { openStore } from '../../lib/vault/stores/open.ts';
import { createToken } from '../../lib/document/tokens.ts';
import type { Addresses } from '../stack/addresses.ts';
import { withoutExtras } from '../stack/find-servers.ts';
import { DEMO, demoNamespace } from '../stack/namespace.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { fillVault } from '../stack/vault.ts';
import { HANDLER, TASK_ROOT } from '../support/artifact.ts';
import { startEnvironment } from '../support/lambda-runtime.ts';
import { runtimeInterfaceClient } from '../support/runtime-interface-client.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { median, ms, ratio } from './figure.ts';
import type { Figure } from './figure.ts';

const ROUNDS = 25;
const WARM_UP = 2;
const WARM_EVENTS = 5;

interface Case {
  readonly name: string;
  readonly taskRoot: string;
  readonly handler: string;
  readonly event: unknown;
  /** The maximum, as a multiple of the time of an empty handler. */
  readonly asked?: number;
  readonly status: number;
}

interface Measured {
  readonly coldMs: number[];
  readonly warmMs: number[];
  readonly peakMb: number[];
}

export async function coldStart(stack: { readonly addresses: Addresses; readonly folder: string }): Promise<Figure[]> {
  const { addresses } = stack;
  const settings = motoEnvironment(addresses.aws);
  Object.assign(process.env, settings);
  const token = createToken(DEMO);
  const vault = await fillVault(demoNamespace(token, withoutExtras(addresses)), stack);
  const client = await runtimeInterfaceClient();
  const empty = await temporaryFolder({ 'index.mjs': 'export const handler = async () => ({ statusCode: 200 });' });
  const single = createToken('single');
  const store = await openStore(vault);
  const document = { access_tokens: [single], checks: { redis: { kind: 'redis', url: addresses.redis.url } } };
  await store.write('single', JSON.stringify(document), AbortSignal.timeout(10_000));
  const health = { taskRoot: TASK_ROOT, handler: HANDLER };
  const cases: readonly Case[] = [
    { name: 'an empty handler', taskRoot: empty.path, handler: 'index.handler', event: {}, status: 200 },
    { name: 'a wrong token', ...health, event: request(createToken('nowhere')), asked: 1.5, status: 405 },
    { name: 'a namespace of one check', ...health, event: request(single), asked: 4, status: 200 },
    { name: 'the demo namespace', ...health, event: request(token), asked: 8, status: 200 },
  ];
  const env = {
    ...settings,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    HEALTHGATE_VAULT: vault,
  };

  const measured = cases.map((): Measured => ({ coldMs: [], warmMs: [], peakMb: [] }));
  // In turns, so that other load on the machine affects all of them equally.
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const [index, { status, event, ...what }] of cases.entries()) {
      const one = await measure({ client, env, ...what }, event, status);
      if (round < WARM_UP) continue;
      measured[index]?.coldMs.push(one.coldMs);
      measured[index]?.warmMs.push(one.warmMs);
      measured[index]?.peakMb.push(one.peakMb);
    }
  }
  await empty.remove();

  const base = median(measured[0]?.coldMs ?? []);
  return cases.map(({ name, asked }, index): Figure => {
    const { coldMs = [], warmMs = [], peakMb = [] } = measured[index] ?? {};
    const cold = median(coldMs);
    return {
      name: `cold start to the first answer: ${name}`,
      asked: asked === undefined ? 'none, for comparison' : `≤ ${ratio(asked)}`,
      measured: `${ratio(cold / base)} (${ms(cold)}); warm ${ms(median(warmMs))}, peak ${median(peakMb).toFixed(0)} MB`,
      ok: asked === undefined || cold / base <= asked,
    };
  });
}

async function measure(options: Parameters<typeof startEnvironment>[0], event: unknown, status: number) {
  const start = performance.now();
  const environment = await startEnvironment(options);
  try {
    const outcome = await environment.invoke(event);
    const coldMs = performance.now() - start;
    const answered = 'answer' in outcome ? (outcome.answer as { statusCode: number }).statusCode : undefined;
    if (answered !== status) throw new Error(`answered ${JSON.stringify(outcome)}\n${environment.output()}`);
    const warmMs: number[] = [];
    for (let time = 0; time < WARM_EVENTS; time += 1) {
      const again = performance.now();
      await environment.invoke(event);
      warmMs.push(performance.now() - again);
    }
    return { coldMs, warmMs: median(warmMs), peakMb: await peakMbOf(environment.pid) };
  } finally {
    await environment.stop();
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
async function peakMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** A request for a new run. */
function request(token: string) {
  return {
    version: '2.0',
    rawPath: `/api/health/${token}/`,
    headers: { 'cache-control': 'no-cache' },
    requestContext: { http: { method: 'GET' } },
  };
}
