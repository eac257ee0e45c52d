/** Checks are polite guests: healthy ones leave no complaint in any log, and none leaves anything behind. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { fixtures } from '../contract/fixtures/index.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';
import { collectedLog } from '../support/collected-log.ts';
import { runLeaves } from '../support/run-leaf.ts';
import { contentsOf } from '../support/server-contents.ts';
import { complaintsSince, logSizes } from '../support/server-logs.ts';
import { surplus } from '../support/surplus.ts';

const NAMESPACE = 'guest';
const RUNS = 300;
/** So few that a run can close its connections within its grace, also on a machine that is busy. */
const CONCURRENT = 5;
const ABORTED_RUNS = 40;
const MAX_ABORT_AFTER_MS = 60;
/** Nothing here depends on how busy the machine is. */
const TIMEOUT_S = 25;
const SOON_S = 300;
/** Servers are still ending sessions, and workers still dropping canaries, when a run has ended. */
const SETTLES = { timeout: 40_000, interval: 500 };

/** Of its own, because other tests make the servers of the shared one complain. */
let stack: Stack;
/** Sets of leaves, one of each fixture, which together have all that work. */
let sets: readonly Readonly<Record<string, object>>[];
let vault: Vault;

beforeAll(async () => {
  stack = await startStack();
  Object.assign(process.env, motoEnvironment(stack.addresses.aws));
  const store = secretsManagerStore(stack.addresses.aws.secretsPrefix);
  const document = { access_tokens: ['a token of the guest'], checks: { none: { kind: 'none' } } };
  await store.write(NAMESPACE, JSON.stringify(document), AbortSignal.timeout(10_000));
  vault = new Vault(store, collectedLog().log);
  sets = leafSets();
  // For the first canaries, workers declare queues and open sessions, which they keep.
  for (const number of sets.keys()) expect(await failuresOf(number)).toEqual([]);
}, 240_000);

afterAll(() => stack.stop(), 60_000);

function leafSets(): Record<string, object>[] {
  const { addresses } = stack;
  const { proxy, nameserver, assets } = addresses;
  const byFixture = [
    ...fixtures.map(({ works }) => Object.entries(works(addresses))),
    [['over a proxy', { kind: 'http', url: `${assets.url}/json`, proxy: proxy.url }] as const],
    [['over a proxy with a login', { kind: 'http', url: `${assets.url}/json`, proxy: proxy.loginUrl }] as const],
    [['of a real name server', { kind: 'dns', name: 'app.test', server: nameserver.address }] as const],
  ];
  const count = Math.max(...byFixture.map((leaves) => leaves.length));
  return Array.from({ length: count }, (_, number) =>
    Object.fromEntries(
      byFixture.flatMap((leaves, index) => {
        const [name, leaf] = leaves[number % leaves.length] ?? [];
        return leaf === undefined ? [] : [[`${index} ${leaf.kind}: ${name}`, { ...leaf, timeout: TIMEOUT_S }]];
      }),
    ),
  );
}

/** Runs one of the sets. */
async function runSet(number: number, signal?: AbortSignal) {
  return runAll(sets[number % sets.length] ?? {}, signal);
}

async function runAll(leaves: Readonly<Record<string, object>>, signal?: AbortSignal) {
  return runLeaves(leaves, { vault: vault.access(NAMESPACE), deadline: TIMEOUT_S, ...(signal && { signal }) });
}

/** Runs every third leaf of one of the sets: in other runs, the others have their turn. */
async function failuresInPartOf(number: number): Promise<string[]> {
  const leaves = Object.entries(sets[number % sets.length] ?? {}).filter((_leaf, index) => (index + number) % 3 === 0);
  return failuresIn(await runAll(Object.fromEntries(leaves)));
}

async function failuresOf(number: number): Promise<string[]> {
  return failuresIn(await runSet(number));
}

function failuresIn(found: Awaited<ReturnType<typeof runLeaves>>): string[] {
  const outcomes = Object.entries(found);
  return outcomes.flatMap(([name, { status }]) => (status === 'working' ? [] : [`${name}: ${status}`]));
}

it('leaves no complaint in any log, and nothing behind that does not expire soon, in 300 healthy runs', async () => {
  const [before, sizes] = [await contentsOf(stack.addresses, SOON_S), await logSizes(stack.folder)];
  for (let done = 0; done < RUNS; done += CONCURRENT) {
    const runs = Array.from({ length: CONCURRENT }, (_, index) => failuresInPartOf(done + index));
    expect((await Promise.all(runs)).flat()).toEqual([]);
  }
  await expect.poll(async () => surplus(await contentsOf(stack.addresses, SOON_S), before), SETTLES).toEqual([]);
  expect(await complaintsSince(sizes, stack.folder)).toEqual([]);
}, 400_000);

it('leaves nothing behind that does not expire when 40 runs are called off at different moments', async () => {
  const before = await contentsOf(stack.addresses, Infinity);
  for (let number = 0; number < ABORTED_RUNS; number += 1) {
    const controller = new AbortController();
    const running = runSet(number, controller.signal);
    await pause((number / ABORTED_RUNS) * MAX_ABORT_AFTER_MS);
    controller.abort();
    await running;
  }
  await expect.poll(async () => surplus(await contentsOf(stack.addresses, Infinity), before), SETTLES).toEqual([]);
}, 240_000);
