/** Whether every kind of check ends when it is called off: by the engine, and by itself where nothing else ends it. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Connections } from '../../lib/engine/connections.ts';
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

/** A check that was started without the engine. Its promises are those of the kind. */
interface Started {
  abort(): void;
  /** How each of its promises ended, or `still runs`. */
  ended(): Promise<string[]>;
}

/** @param controller Aborts it. Its connections are only released by that. */
async function start(leaf: object, controller = new AbortController()): Promise<Started> {
  const connections = new Connections();
  const { signal } = controller;
  const proveVault = (_secret: string | undefined, given: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      const stop = () => {
        reject(given.reason as Error);
      };
      if (given.aborted) stop();
      else given.addEventListener('abort', stop);
    });
  const running = (await checksOf(leaf)).map((check) =>
    check.run(contextFor({ signal, connections, proveVault }).context).then(
      () => 'ended',
      () => 'ended',
    ),
  );
  return {
    abort: () => {
      controller.abort(new AbortedError(0));
    },
    ended: async () => {
      const guard = new AbortController();
      const late = pause(ENDS_WITHIN_MS, 'still runs', { signal: guard.signal }).catch(() => 'ended');
      const ends = await Promise.all(running.map((one) => Promise.race([one, late])));
      guard.abort();
      await late;
      return ends;
    },
  };
}

const ALL_ENDED = expect.not.arrayContaining(['still runs']) as string[];

describe.each(fixtures.filter(({ at }) => at === undefined))('$kind', ({ works }) => {
  it.each(Object.entries(works(stack)))('ends by itself when it is aborted with %s', async (_name, leaf) => {
    const before = openHandles();
    const started = await start(leaf);
    started.abort();
    expect(await started.ended()).toEqual(ALL_ENDED);
    expect(await settledHandles(before)).toEqual([]);
  });
});

describe.each(aimedFixtures)('$kind', ({ at, realPort, fixture: { faults } }) => {
  it.each([
    ['before it starts', (server: FaultyServer, abort: () => void) => (abort(), server)],
    ['while it runs', (server: FaultyServer, abort: () => void) => (void server.contacted.then(abort), server)],
  ])('is reported as an AbortedError when it is aborted %s', async (_when, arrange) => {
    const before = openHandles();
    const controller = new AbortController();
    const { port, stop } = arrange(await blackHole(), () => {
      controller.abort();
    });
    const { status } = await run({ ...at(port), timeout: 28 }, { signal: controller.signal });
    expect(status).toMatch(faults?.aborted ?? /^AbortedError: called off after /);
    await stop();
    expect(await settledHandles(before)).toEqual([]);
  });

  it('ends by itself when it is aborted before it starts', async () => {
    const { port } = await using(blackHole());
    const before = openHandles();
    const controller = new AbortController();
    controller.abort(new AbortedError(0));
    expect(await (await start(at(port), controller)).ended()).toEqual(ALL_ENDED);
    expect(await settledHandles(before)).toEqual([]);
  });

  it('ends by itself when it is aborted while a server does not answer', async () => {
    const { port, contacted } = await using(blackHole());
    const before = openHandles();
    const started = await start(at(port));
    await contacted;
    await pause(GETS_STUCK_WITHIN_MS);
    started.abort();
    expect(await started.ended()).toEqual(ALL_ENDED);
    expect(await settledHandles(before)).toEqual([]);
  });

  it('ends by itself when it is aborted after a server has fallen silent', async () => {
    const servers = await Promise.all(CHUNKS.map((chunks) => using(silentAfter(realPort, chunks))));
    const before = openHandles();
    const started = await Promise.all(servers.map(({ port }) => start(at(port))));
    await pause(GETS_STUCK_WITHIN_MS);
    for (const one of started) one.abort();
    const ends = await Promise.all(started.map((one) => one.ended()));
    expect(ends).toEqual(CHUNKS.map(() => ALL_ENDED));
    expect(await settledHandles(before)).toEqual([]);
  });
});

/** A proxy to a real server that forwards so many chunks of its answers, and then nothing more. */
function silentAfter(realPort: number, chunks: number): Promise<FaultyServer> {
  let seen = 0;
  return rewritingProxy(realPort, (bytes) => (seen++ < chunks ? bytes : Buffer.alloc(0)));
}
