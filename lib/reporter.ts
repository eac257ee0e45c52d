/** The only way to a report of a namespace: from a run for one caller, or shared by concurrent callers. */
import { isRecent } from './clock.ts';
import type { Namespace } from './document/namespace.ts';
import { tenths, within } from './engine/deadline.ts';
import { run } from './engine/run.ts';
import { findPart, pathKey } from './engine/tree.ts';
import type { CheckResult, OnRun, Part, Report } from './engine/types.ts';
import { TooManyRuns } from './errors.ts';
import type { Log } from './log.ts';
import type { Vault } from './vault/vault.ts';

export interface AskedToShare {
  /** Names from the top of the tree to the part that is requested; the whole tree unless given. */
  readonly part?: readonly string[];
  /** Whether the run must start after the call, even if there is a report. */
  readonly fresh?: boolean;
  /** Milliseconds that the asker waits. A run for it is shortened where that is less than the namespace's deadline. */
  readonly limitMs?: number;
  /** When the asker began to wait, by `performance.now()`: now unless given. */
  readonly since?: number;
}

export interface AskedForOneself {
  /** When the asker gives up, by `performance.now()`, where that is before the namespace's deadline. */
  readonly until?: number;
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

/** While so many runs of a part are under way, each with a limit of its own, no shortened one begins. */
const MAX_RUNS = 8;
/** Milliseconds that may pass between a request and its run without making that run a shorter one. */
const TOLERANCE_MS = 50;
/** More milliseconds than any run takes, and no more than a timer can count. */
const NO_LIMIT_MS = 3_600_000;

/** What an asker needs of a run. */
interface Need {
  /** Milliseconds that a run must have had; Infinity for the namespace's whole deadline. */
  readonly limitMs: number;
  /** When the asker gives up, by `performance.now()`. */
  readonly until: number;
}

interface Run {
  /** Milliseconds that it has; Infinity for the namespace's whole deadline. */
  readonly limitMs: number;
  /** When it ends at the latest, by `performance.now()`. */
  readonly endsBy: number;
  readonly report: Promise<Report>;
}

interface Kept {
  readonly limitMs: number;
  readonly report: Report;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
}

/** The reports of one part of a namespace. */
interface Slot {
  /** In the order in which they ended. Each has a longer limit than those after it. */
  kept: readonly Kept[];
  readonly runs: Set<Run>;
  /** By limit, runs that begin when those under way have ended, for those who will not have these. */
  readonly next: Map<number, Promise<Report>>;
}

export class Reporter {
  readonly #vault: Pick<Vault, 'access'>;
  readonly #log: Log;
  readonly #onRun: OnRun | undefined;
  // By the identity of the object, so that a changed namespace starts without reports, and a forgotten one frees them.
  // Ages are measured with the wall clock: the monotonic clock may stop while Lambda freezes an environment.
  readonly #slots = new WeakMap<Namespace, Map<string, Slot>>();

  constructor(vault: Pick<Vault, 'access'>, log: Log, onRun?: OnRun) {
    this.#vault = vault;
    this.#log = log;
    this.#onRun = onRun;
  }

  /**
   * A report that may be up to the namespace's `max_age` old, or that of a run under way. It is never the report of a
   * run that had less time than the caller leaves, and nobody waits for a run that may end after they give up.
   *
   * @returns Undefined if the namespace has no such part.
   * @throws TooManyRuns where a shortened run would be needed, and too many are under way.
   */
  async share(namespace: Namespace, asked: AskedToShare = {}): Promise<Shared | undefined> {
    const part = findPart(namespace.root, asked.part ?? []);
    if (part === undefined) return undefined;
    const { limitMs = Infinity, since = performance.now() } = asked;
    const slot = this.#slot(namespace, pathKey(asked.part ?? []));
    const need = () => needNow(namespace, since, limitMs);
    const start = async () => {
      const needed = need();
      const report = await this.#start(slot, namespace, part, needed);
      this.#onRun?.(report, asked.part ?? [], needed.limitMs < Infinity);
      return report;
    };

    if (asked.fresh === true && slot.runs.size > 0) {
      const next = slot.next.get(limitMs) ?? this.#next(slot, limitMs, need, start);
      return { report: await next, ageMs: 0 };
    }
    const joined = [...slot.runs].find((run) => satisfies(run, need()));
    if (joined !== undefined) return { report: await joined.report, ageMs: 0 };
    const kept = asked.fresh === true ? undefined : youngest(slot, namespace, need());
    return kept ?? { report: await start(), ageMs: 0 };
  }

  /** A report from a run that is not shared. */
  async run(
    namespace: Namespace,
    part: Part,
    { until = Infinity, signal, onResult }: AskedForOneself = {},
  ): Promise<Report> {
    return run(part, {
      namespace: namespace.name,
      deadlineMs: Math.max(0, Math.min(namespace.deadlineMs, until - performance.now())),
      vault: this.#vault.access(namespace.name),
      log: this.#log.hiding(namespace.secrets),
      concealed: namespace.concealed,
      ...(signal && { signal }),
      ...(onResult && { onResult }),
    });
  }

  /**
   * A run that begins when those under way have ended. An asker with a limit waits for them for half of it, since a run
   * with hardly any time left would report failures that do not exist.
   */
  #next(slot: Slot, limitMs: number, need: () => Need, start: () => Promise<Report>): Promise<Report> {
    const before = new Set(slot.runs);
    const wait = { limitMs: Math.min(need().limitMs / 2, NO_LIMIT_MS), from: 'the runs under way' };
    const begin = () => {
      slot.next.delete(limitMs);
      const later = [...slot.runs].find((run) => !before.has(run) && satisfies(run, need()));
      return later?.report ?? start();
    };
    const next = within(wait, () => Promise.allSettled([...before].map(({ report }) => report))).then(begin, begin);
    slot.next.set(limitMs, next);
    return next;
  }

  async #start(slot: Slot, namespace: Namespace, part: Part, { limitMs, until }: Need): Promise<Report> {
    if (limitMs < Infinity && slot.runs.size >= MAX_RUNS) throw new TooManyRuns();
    const report = this.run(namespace, part, { until })
      .then((report) => {
        const longer = slot.kept.filter((kept) => kept.limitMs > limitMs).slice(-MAX_RUNS);
        slot.kept = [...longer, { limitMs, report, endedAt: Date.now() }];
        return report;
      })
      .finally(() => slot.runs.delete(run));
    const run = { limitMs, endsBy: Math.min(until, performance.now() + namespace.deadlineMs), report };
    slot.runs.add(run);
    return report;
  }

  #slot(namespace: Namespace, path: string): Slot {
    const slots = this.#slots.get(namespace) ?? new Map<string, Slot>();
    this.#slots.set(namespace, slots);
    const slot = slots.get(path) ?? { kept: [], runs: new Set(), next: new Map() };
    slots.set(path, slot);
    return slot;
  }
}

/**
 * What an asker needs now. Its limit is the one that was named, so that all who name the same one share their runs.
 * Where some of it has passed, it is what is left, in tenths of a second for the same reason.
 */
function needNow({ deadlineMs }: Namespace, since: number, limitMs: number): Need {
  const until = since + limitMs;
  const leftMs = until - performance.now();
  const wantedMs = Math.min(limitMs, deadlineMs);
  if (wantedMs - leftMs > Math.min(TOLERANCE_MS, wantedMs / 10)) return { limitMs: tenths(leftMs), until };
  return { limitMs: limitMs < deadlineMs ? limitMs : Infinity, until };
}

function satisfies(run: Run, { limitMs, until }: Need): boolean {
  return run.limitMs >= limitMs && run.endsBy <= until;
}

function youngest({ kept }: Slot, { maxAgeMs }: Namespace, { limitMs }: Need): Shared | undefined {
  const last = kept.findLast((one) => one.limitMs >= limitMs);
  const now = Date.now();
  if (last === undefined || !isRecent(last.endedAt, maxAgeMs, now)) return undefined;
  return { report: last.report, ageMs: now - last.endedAt };
}
