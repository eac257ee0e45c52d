/** The only way to a report of a namespace: from a run for one caller, or shared by concurrent callers. */
import type { Namespace } from './document/namespace.ts';
import { findPart, pathKey } from './engine/tree.ts';
import type { CheckResult, Part, Report } from './engine/types.ts';
import type { Log } from './log.ts';
import type { Vault } from './vault/vault.ts';

export interface Asked {
  /** When the caller gives up, on the clock of `performance.now()`, if that is before the namespace's deadline. */
  readonly until?: number;
}

export interface AskedToShare extends Asked {
  /** The names from the top of the tree to the requested part; the whole tree unless given. */
  readonly part?: readonly string[];
  /** Whether the run must start after the call, even if there is a report. */
  readonly fresh?: boolean;
}

export interface AskedForOneself extends Asked {
  /** Calls the run off. */
  readonly signal?: AbortSignal;
  /** Called with the result of each check when it ends. */
  readonly onResult?: (result: CheckResult) => void;
}

export interface Shared {
  readonly report: Report;
  /** Milliseconds since the run ended. */
  readonly ageMs: number;
}

/** The reports of one part of a namespace. */
interface Slot {
  last?: { readonly report: Report; readonly endedAt: number };
  running?: Promise<Report>;
  /** A run that starts when the current one ends, for callers that must not share the current one. */
  next?: Promise<Report>;
}

export class Reporter {
  readonly #vault: Pick<Vault, 'access'>;
  readonly #log: Log;
  // By the identity of the object, so that a changed namespace starts without reports, and a forgotten one frees them.
  // Ages are measured with the wall clock: the monotonic clock may stop while Lambda freezes an environment.
  readonly #slots = new WeakMap<Namespace, Map<string, Slot>>();

  constructor(vault: Pick<Vault, 'access'>, log: Log) {
    this.#vault = vault;
    this.#log = log;
  }

  /**
   * A report that may be up to the namespace's `max_age` old. During a run, further callers share that run's report.
   *
   * @returns Undefined if the namespace has no such part.
   */
  async share(namespace: Namespace, asked: AskedToShare = {}): Promise<Shared | undefined> {
    const part = findPart(namespace.root, asked.part ?? []);
    if (part === undefined) return undefined;
    const slot = this.#slot(namespace, pathKey(asked.part ?? []));
    const start = () => this.#start(slot, namespace, part, asked);
    const { last, running } = slot;
    if (running === undefined) {
      const ageMs = last === undefined ? Infinity : Date.now() - last.endedAt;
      const isYoung = ageMs >= 0 && ageMs < namespace.maxAgeMs;
      if (asked.fresh !== true && isYoung && last !== undefined) return { report: last.report, ageMs };
      return { report: await start(), ageMs: 0 };
    }
    if (asked.fresh !== true) return { report: await running, ageMs: 0 };
    const begin = () => {
      delete slot.next;
      return slot.running ?? start();
    };
    slot.next ??= running.then(begin, begin);
    return { report: await slot.next, ageMs: 0 };
  }

  /** A report from a run that is not shared. The engine is loaded only now: the answer to a wrong token needs none. */
  async run(
    namespace: Namespace,
    part: Part,
    { until = Infinity, signal, onResult }: AskedForOneself = {},
  ): Promise<Report> {
    const { run } = await import('./engine/run.ts');
    return run(part, {
      namespace: namespace.name,
      deadlineMs: Math.max(0, Math.min(namespace.deadlineMs, until - performance.now())),
      vault: this.#vault.access(namespace.name),
      log: this.#log.hiding(namespace.secrets),
      ...(signal && { signal }),
      ...(onResult && { onResult }),
    });
  }

  #start(slot: Slot, namespace: Namespace, part: Part, asked: Asked): Promise<Report> {
    slot.running = this.run(namespace, part, asked)
      .then((report) => {
        slot.last = { report, endedAt: Date.now() };
        return report;
      })
      .finally(() => {
        delete slot.running;
      });
    return slot.running;
  }

  #slot(namespace: Namespace, path: string): Slot {
    const slots = this.#slots.get(namespace) ?? new Map<string, Slot>();
    this.#slots.set(namespace, slots);
    const slot = slots.get(path) ?? {};
    slots.set(path, slot);
    return slot;
  }
}
