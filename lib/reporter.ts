/** The one way to a report of a namespace: run for one asker, or shared by everybody who asks at about the same time. */
import type { Namespace } from './document/namespace.ts';
import { findPart, pathKey } from './engine/tree.ts';
import type { CheckResult, Part, Report } from './engine/types.ts';
import type { Log } from './log.ts';
import type { Vault } from './vault/vault.ts';

export interface Asked {
  /** When the asker gives up, by `performance.now()`, where that is before the namespace's deadline. */
  readonly until?: number;
}

export interface AskedToShare extends Asked {
  /** Names from the top of the tree to the part that is asked for; the whole tree for none. */
  readonly part?: readonly string[];
  /** Wants a run that begins after now, whatever report there is. */
  readonly fresh?: boolean;
}

export interface AskedForOneself extends Asked {
  /** Calls the run off. */
  readonly signal?: AbortSignal;
  /** Told of each check as it ends. */
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
  /** A run that begins when the one under way ends, for those who will not have that one. */
  next?: Promise<Report>;
}

export class Reporter {
  readonly #vault: Pick<Vault, 'access'>;
  readonly #log: Log;
  // By the namespace's identity, so that a changed namespace starts afresh and a forgotten one takes its reports along.
  // Ages go by the time of day: the monotonic clock may stand still while Lambda freezes an environment.
  readonly #slots = new WeakMap<Namespace, Map<string, Slot>>();

  constructor(vault: Pick<Vault, 'access'>, log: Log) {
    this.#vault = vault;
    this.#log = log;
  }

  /**
   * A report that may be up to the namespace's `max_age` old. Whoever asks while a run is under way gets that run's.
   *
   * @returns Undefined where the namespace has no such part.
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

  /** A report of a run of one's own. The engine is loaded only now: the answer to a wrong token needs none. */
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
