/** Reports that are shared: by everybody who asks while they are made, and for a while after. */
import type { Report } from './engine/types.ts';

export interface Shared {
  readonly report: Report;
  /** Milliseconds since the run ended. */
  readonly ageMs: number;
}

interface Slot {
  last?: { readonly report: Report; readonly endedAt: number };
  running?: Promise<Report>;
  /** A run that begins when the one under way ends, for those who will not have that one. */
  next?: Promise<Report>;
}

/** What a report belongs to goes by identity, so that a changed namespace starts anew and a forgotten one takes its reports along. */
export class Reports {
  // Ages go by the time of day: the monotonic clock may stand still while Lambda freezes an environment.
  readonly #slots = new WeakMap<object, Map<string, Slot>>();

  /**
   * @param owner    The namespace.
   * @param part     Which part of it; only parts that exist, since each is remembered as long as its owner.
   * @param maxAgeMs Milliseconds after its end for which a report is shared.
   * @param fresh    Asks for a run that begins after now, whatever there is.
   * @param make     Makes a report.
   */
  async get(
    owner: object,
    part: string,
    maxAgeMs: number,
    fresh: boolean,
    make: () => Promise<Report>,
  ): Promise<Shared> {
    const slot = this.#slot(owner, part);
    const ageMs = slot.last === undefined ? Infinity : Date.now() - slot.last.endedAt;
    if (!fresh && slot.running === undefined && slot.last !== undefined && ageMs >= 0 && ageMs < maxAgeMs) {
      return { report: slot.last.report, ageMs };
    }
    const { running } = slot;
    if (running === undefined) return { report: await start(slot, make), ageMs: 0 };
    if (!fresh) return { report: await running, ageMs: 0 };
    const begin = () => {
      delete slot.next;
      return slot.running ?? start(slot, make);
    };
    slot.next ??= running.then(begin, begin);
    return { report: await slot.next, ageMs: 0 };
  }

  #slot(owner: object, part: string): Slot {
    const slots = this.#slots.get(owner) ?? new Map<string, Slot>();
    this.#slots.set(owner, slots);
    const slot = slots.get(part) ?? {};
    slots.set(part, slot);
    return slot;
  }
}

function start(slot: Slot, make: () => Promise<Report>): Promise<Report> {
  slot.running = make()
    .then((report) => {
      slot.last = { report, endedAt: Date.now() };
      return report;
    })
    .finally(() => {
      delete slot.running;
    });
  return slot.running;
}
