/** A reporter over a namespace whose runs end when the test says so. Needs fake timers. */
import { vi } from 'vitest';
import type { Namespace } from '../../lib/document/namespace.ts';
import type { Check, Report } from '../../lib/engine/types.ts';
import { Reporter } from '../../lib/reporter.ts';
import { collectedLog } from './collected-log.ts';
import { namespaceOf } from './namespace.ts';
import { checkAt, deferred, groupOf } from './part.ts';
import type { Deferred } from './part.ts';

export async function heldRuns(overrides: Partial<Namespace> = {}) {
  const started: Deferred<void>[] = [];
  const check = (path: string): Check =>
    checkAt(path, {
      timeoutMs: 100_000,
      run: () => {
        const run = deferred();
        started.push(run);
        return run.promise;
      },
    });
  const root = groupOf('', check('a'), check('b'));
  const base = await namespaceOf();
  const namespace: Namespace = { ...base, root, deadlineMs: 100_000, maxAgeMs: 5000, ...overrides };
  const access = () => ({ isRemote: false, prove: () => Promise.resolve() });
  const told: (readonly string[])[] = [];
  const reporter = new Reporter({ access }, collectedLog().log, (report, part) => {
    told.push([report.namespace, ...part]);
  });
  const share = async (asked = {}) => {
    const shared = await reporter.share(namespace, { part: ['a'], ...asked });
    if (shared === undefined) throw new Error('no such part');
    return shared;
  };
  const end = async (index: number) => {
    await settle();
    started[index]?.resolve();
    await settle();
  };
  return { started, namespace, reporter, share, end, told };
}

/** Waits until everything that needs no time is done, such as loading the engine. */
export async function settle(): Promise<void> {
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(0);
}

export function messageOf({ result }: Report): string | undefined {
  return 'error' in result ? result.error.message : undefined;
}
