/** Whether every kind of check ends when it is called off: by the engine, and by itself where nothing else ends it. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Connections } from '../../lib/engine/connections.ts';
import type { ProveVault } from '../../lib/engine/types.ts';
import { AbortedError } from '../../lib/errors.ts';
import { contextFor } from '../support/context.ts';
import { blackHole, rewritingProxy } from '../support/faulty-server.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { checksOf } from '../support/run-leaf.ts';
import { fixtures } from './fixtures/index.ts';
import { aimedFixtures, registerHooks, run, stack, using } from './suite.ts';

/** Milliseconds in which a check that was aborted must have ended by itself. It would otherwise take for ever. */
const ENDS_WITHIN_MS = 5000;
/** Milliseconds in which a check gets as far as a silent server lets it. */
const GETS_STUCK_WITHIN_MS = 200;
/** After how many chunks of its answers a server falls silent. */
const CHUNKS = [0, 1, 2, 3, 4, 6, 8, 12];

registerHooks();

/** A check that was started without the engine: what counts is when the kind itself ends. */
interface Started {
  readonly abort: () => void;
  /** Whether it ends in time. */
  readonly ends: () => Promise<boolean>;
}

async function start(leaf: object, controller = new AbortController()): Promise<Started> {
  const options = { signal: controller.signal, connections: new Connections(), proveVault: silentVault };
  const checks = await checksOf(leaf);
  const running = Promise.allSettled(checks.map((check) => check.run(contextFor(options).context)));
  return {
    abort: () => {
      controller.abort(new AbortedError(0));
    },
    ends: () => Promise.race([running.then(() => true), pause(ENDS_WITHIN_MS, false, { ref: false })]),
  };
}

const silentVault: ProveVault = (_secret, signal) =>
  new Promise((_resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });

describe.each(fixtures.filter(({ at }) => at === undefined))('$kind', ({ works }) => {
  it.each(Object.entries(works(stack)))('ends by itself when it is aborted with %s', async (_name, leaf) => {
    const before = openHandles();
    const started = await start(leaf);
    started.abort();
    expect(await started.ends()).toBe(true);
    expect(await settledHandles(before)).toEqual([]);
  });
});

describe.each(aimedFixtures)('$kind', ({ at, realPort, fixture: { faults } }) => {
  const aborted = faults?.aborted ?? /^AbortedError: called off after /;

  it('is reported as an AbortedError when it is aborted before it starts', async () => {
    const { port } = await using(blackHole());
    const { status } = await run({ ...at(port), timeout: 28 }, { signal: AbortSignal.abort() });
    expect(status).toMatch(aborted);
  });

  it('is reported as an AbortedError when it is aborted while it runs', async () => {
    const { port, contacted } = await using(blackHole());
    const before = openHandles();
    const controller = new AbortController();
    const running = run({ ...at(port), timeout: 28 }, { signal: controller.signal });
    await contacted;
    controller.abort();
    expect((await running).status).toMatch(aborted);
    expect(await settledHandles(before)).toEqual([]);
  });

  it('ends by itself when it is aborted before it starts', async () => {
    const { port } = await using(blackHole());
    const before = openHandles();
    const controller = new AbortController();
    controller.abort(new AbortedError(0));
    const started = await start(at(port), controller);
    expect(await started.ends()).toBe(true);
    expect(await settledHandles(before)).toEqual([]);
  });

  it('ends by itself when it is aborted while a server does not answer', async () => {
    const { port, contacted } = await using(blackHole());
    const before = openHandles();
    const started = await start(at(port));
    await contacted;
    await pause(GETS_STUCK_WITHIN_MS);
    started.abort();
    expect(await started.ends()).toBe(true);
    expect(await settledHandles(before)).toEqual([]);
  });

  it('ends by itself when it is aborted after a server has fallen silent', async () => {
    const servers = await Promise.all(CHUNKS.map((chunks) => using(silentAfter(realPort, chunks))));
    const before = openHandles();
    const started: Started[] = [];
    for (const { port, contacted } of servers) {
      started.push(await start(at(port)));
      await contacted; // before the next one, since the environment of the process may say where it is
    }
    await pause(GETS_STUCK_WITHIN_MS);
    for (const { abort } of started) abort();
    expect(await Promise.all(started.map(({ ends }) => ends()))).toEqual(CHUNKS.map(() => true));
    expect(await settledHandles(before)).toEqual([]);
  });
});

/** A proxy to a real server that forwards so many chunks of its answers, and then nothing more. */
function silentAfter(realPort: number, chunks: number): Promise<FaultyServer> {
  let seen = 0;
  return rewritingProxy(realPort, (bytes) => (seen++ < chunks ? bytes : Buffer.alloc(0)));
}
