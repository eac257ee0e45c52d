/**
 * Simulates the recorder on AWS: a schedule, the plan that puts namespaces on a queue, and a bounded number of
 * functions that take them from there in batches. It tells how long after the start of its slot a namespace is
 * recorded. Deterministic: the same seed gives the same figures.
 */

/** Milliseconds that the run and the recording of a namespace take on a whole core. */
export interface ServiceTimes {
  /** Time from start to end, as quantiles in equal steps: the least first, the greatest last. */
  readonly wallMs: readonly number[];
  /** Of the processor. */
  readonly cpuMs: number;
  /** Share of the namespaces in which a check waits for a server that does not answer, and for how long. */
  readonly silentShare: number;
  readonly silentMs: number;
}

export interface Scenario {
  readonly namespaces: number;
  /** How many batches are handled concurrently: the parameter recordConcurrency. */
  readonly concurrency: number;
  readonly times: ServiceTimes;
  readonly seed?: number;
}

export interface Lag {
  /** Milliseconds from the start of the slot until the run of a namespace begins. */
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Share of the slots that were not recorded, because they would have been older than two intervals. */
  readonly lost: number;
}

const SLOT_MS = 60_000;
const SLOTS = 10;
/** Those before are to fill the queue. */
const WARM_UP_SLOTS = 3;
const MAX_AGE_MS = 2 * SLOT_MS;
/** The mapping's BatchSize in infra/history/resources.yml. */
export const BATCH = 3;
/** Share of a core that a function of 512 MB has. */
const CORE = 512 / 1769;
/** Lambda begins with 5 batches, and adds up to 300 a minute: AWS, Configuring scaling behavior for SQS. */
const FIRST_POLLERS = 5;
const MS_PER_POLLER = 200;
/** The plan, as assumed: a start, a page of 100 names, and a call with ten messages, of which there are 8 at a time. */
export const PLAN = { startMs: 300, pageMs: 50, page: 100, callMs: 20, call: 10, calls: 8 };

export function simulate({ namespaces, concurrency, times, seed = 1 }: Scenario): Lag {
  const random = seeded(seed);
  const freeAt = new Float64Array(concurrency);
  const lags: number[] = [];
  let lost = 0;
  const arrivals: number[] = [];
  for (let slot = 0; slot < SLOTS; slot += 1)
    for (let index = 0; index < namespaces; index += 1) arrivals.push(slot * SLOT_MS + plannedAfter(index, namespaces));
  const slotAt = (index: number) => Math.floor(index / namespaces);
  for (let next = 0; next < arrivals.length;) {
    const [poller, readyAt] = firstReady(freeAt, arrivals[next] ?? 0);
    const batch: number[] = [];
    for (; batch.length < BATCH && (arrivals[next] ?? Infinity) <= readyAt; next += 1) batch.push(next);
    const taken = batch.filter((index) => readyAt - slotAt(index) * SLOT_MS <= MAX_AGE_MS);
    for (const index of batch) {
      if (slotAt(index) < WARM_UP_SLOTS) continue;
      if (taken.includes(index)) lags.push(readyAt - slotAt(index) * SLOT_MS);
      else lost += 1;
    }
    freeAt[poller] = readyAt + durationOf(taken.length, times, random);
  }
  lags.sort((a, b) => a - b);
  const at = (share: number) => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))] ?? Infinity;
  return { medianMs: at(0.5), p99Ms: at(0.99), maxMs: at(1), lost: lost / (lost + lags.length) };
}

/** The least concurrency with which every namespace is recorded within its slot; undefined if none is enough. */
export function neededConcurrency(namespaces: number, times: ServiceTimes, max = 1000): number | undefined {
  const isEnough = (concurrency: number) => {
    const { maxMs, lost } = simulate({ namespaces, concurrency, times });
    return lost === 0 && maxMs <= SLOT_MS;
  };
  if (!isEnough(max)) return undefined;
  let [tooFew, enough] = [1, max];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/** Milliseconds after the start of the slot at which the message of this namespace is on the queue. */
function plannedAfter(index: number, namespaces: number): number {
  const { startMs, pageMs, page, callMs, call, calls } = PLAN;
  const listedMs = startMs + Math.ceil(namespaces / page) * pageMs;
  return listedMs + Math.ceil((index + 1) / (call * calls)) * callMs;
}

/** Which function can take the message that arrives then, and when. After a pause, they begin one after the other. */
function firstReady(freeAt: Float64Array, arrival: number): readonly [poller: number, readyAt: number] {
  const slotStart = Math.floor(arrival / SLOT_MS) * SLOT_MS;
  let [best, bestAt] = [0, Infinity];
  for (let poller = 0; poller < freeAt.length; poller += 1) {
    const free = freeAt[poller] ?? 0;
    const rampMs = Math.max(0, poller + 1 - FIRST_POLLERS) * MS_PER_POLLER;
    const readyAt = Math.max(arrival, free, slotStart + rampMs);
    if (readyAt < bestAt) [best, bestAt] = [poller, readyAt];
    if (readyAt === arrival) break;
  }
  return [best, bestAt];
}

/** The longest run of the batch, or what the processor needs for all of them, whichever takes longer. */
function durationOf(count: number, { wallMs, cpuMs, silentShare, silentMs }: ServiceTimes, random: () => number) {
  let longest = 0;
  for (let index = 0; index < count; index += 1) {
    const wall = wallMs[Math.floor(random() * wallMs.length)] ?? 0;
    longest = Math.max(longest, wall + (random() < silentShare ? silentMs : 0));
  }
  return Math.max(longest, (count * cpuMs) / CORE);
}

/** Milliseconds that a batch of so many namespaces takes in the mean. */
export function meanBatchMs(count: number, times: ServiceTimes): number {
  const random = seeded(1);
  const draws = 10_000;
  let sum = 0;
  for (let draw = 0; draw < draws; draw += 1) sum += durationOf(count, times, random);
  return sum / draws;
}

/** A generator of numbers from 0 to below 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
