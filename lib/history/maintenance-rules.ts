/** Reads the items of a document's `maintenance`: two times, or a cron expression with a zone and a duration. */
import * as v from 'valibot';
import { describe, text } from '../clients/keys.ts';
import { didYouMean } from '../did-you-mean.ts';
import { itemOf } from '../document/lists.ts';
import type { Item } from '../document/lists.ts';
import { mistakesIn, unknownKeys } from '../document/mistakes.ts';
import { shortName } from '../document/names.ts';
import { pathsIn } from '../engine/paths.ts';
import { findPart, namesOf } from '../engine/tree.ts';
import type { Group } from '../engine/types.ts';
import type { Problem } from '../problem.ts';
import { cronOf, isEndless, mistakeInCron, nextBeginning } from './cron.ts';
import { instantOf, isZone, TIME } from './local-times.ts';

/** All times are milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A stretch of maintenance. */
export interface Window extends Stretch {
  /** Paths of checks and groups; everything if there are none. */
  readonly checks: readonly string[];
  readonly text?: string;
}

const TIME_WANTED = 'must be a time such as 2027-01-10T22:00:00+01:00, or without +01:00 if there is a zone';
const ENDLESS = 'must be shorter than the time from one beginning to the next, or maintenance never ends';
const ZONE_WANTED = 'must be the name of a time zone, such as Europe/Berlin';
/** Seconds that a window may last that a cron expression begins: 31 days. */
const MAX_DURATION = 31 * 24 * 3600;

const common = {
  zone: v.optional(
    describe(v.pipe(v.string(), v.check(isZone, ZONE_WANTED)), 'Time zone of the times.', 'Europe/Berlin'),
  ),
  checks: v.optional(
    describe(
      v.pipe(v.array(text()), v.minLength(1)),
      'Paths of checks and groups (group/name); everything unless set.',
      ['postgres'],
    ),
  ),
  text: v.optional(describe(text(), 'What is done, for those who read it.', 'New database')),
};

const time = () => v.pipe(v.string(), v.regex(TIME, TIME_WANTED));

/** A window between two times. */
export const once = v.strictObject({
  from: describe(time(), 'When it begins.', '2027-01-10T22:00:00+01:00'),
  to: describe(time(), 'When it ends.', '2027-01-11T02:00:00+01:00'),
  ...common,
});

const cron = v.pipe(
  v.string(),
  v.check(
    (expression) => mistakeInCron(expression) === undefined,
    ({ input }) => mistakeInCron(input) ?? '',
  ),
);

/** Windows that begin when a cron expression says. */
export const repeated = v.strictObject({
  cron: describe(cron, 'When it begins, as cron writes it.', '0 3 * * sun'),
  duration: describe(v.pipe(v.number(), v.minValue(1), v.maxValue(MAX_DURATION)), 'Seconds that it lasts.', 3600),
  ...common,
  zone: describe(v.pipe(v.string(), v.check(isZone, ZONE_WANTED)), 'Time zone of the expression.', 'Europe/Berlin'),
});

/** What an item of the document says. */
export interface WindowRule {
  /** Its windows that overlap a range, in the order of time. There may be very many. */
  readonly windows: (range: Stretch) => Iterable<Window>;
}

interface Read {
  readonly rules: readonly WindowRule[];
  readonly problems: readonly Problem[];
}

/** Cron expressions take longer to read than to use. */
const known = new WeakMap<readonly unknown[], Read>();

/** The items that are right. */
export function readWindows(items: readonly unknown[]): readonly WindowRule[] {
  return read(items).rules;
}

/** What is wrong with a document's `maintenance`. @param root The checks of the document. */
export function mistakesInMaintenance(items: readonly unknown[], root: Group): readonly Problem[] {
  const unknown = items.map(itemOf).flatMap(({ checks }, index) =>
    (Array.isArray(checks) ? checks : []).flatMap((path: unknown, place) => {
      if (typeof path !== 'string' || path === '' || findPart(root, namesOf(path)) !== undefined) return [];
      const message = `no check or group at ${shortName(path)}${didYouMean(path, pathsIn(root))}`;
      return [{ path: `maintenance.${String(index)}.checks.${String(place)}`, message }];
    }),
  );
  return [...read(items).problems, ...unknown];
}

function read(items: readonly unknown[]): Read {
  const before = known.get(items);
  if (before !== undefined) return before;
  const all = items.map((given) => readItem(itemOf(given)));
  const now: Read = {
    rules: all.flatMap(({ rule }) => rule ?? []),
    problems: all.flatMap(({ problems = [] }, index) =>
      problems.map(({ path, message }) => {
        const place = `maintenance.${String(index)}`;
        return { path: path === '' ? place : `${place}.${path}`, message };
      }),
    ),
  };
  known.set(items, now);
  return now;
}

interface ReadItem {
  readonly rule?: WindowRule;
  readonly problems?: readonly Problem[];
}

function readItem(item: Item): ReadItem {
  return 'cron' in item || 'duration' in item ? readRepeated(item) : readOnce(item);
}

function readOnce(item: Item): ReadItem {
  const parsed = v.safeParse(once, item);
  if (!parsed.success) return { problems: problemsOf(item, Object.keys(once.entries), parsed.issues) };
  const { from: begin, to: end, zone } = parsed.output;
  const bounds = { from: instantOf(begin, zone), to: instantOf(end, zone) };
  const { from, to } = bounds;
  const [wrong] = Object.entries(bounds).filter(([, instant]) => typeof instant === 'string');
  if (typeof from === 'string' || typeof to === 'string')
    return { problems: [{ path: wrong?.[0] ?? '', message: String(wrong?.[1]) }] };
  if (to <= from) return { problems: [{ path: 'to', message: 'must be later than from' }] };
  const window = { from, to, ...tail(parsed.output) };
  return { rule: { windows: (range) => (from < range.to && to > range.from ? [window] : []) } };
}

function readRepeated(item: Item): ReadItem {
  const parsed = v.safeParse(repeated, item);
  if (!parsed.success) return { problems: problemsOf(item, Object.keys(repeated.entries), parsed.issues) };
  const { cron, zone, duration } = parsed.output;
  const job = cronOf(cron, zone);
  const lengthMs = duration * 1000;
  if (isEndless(job, lengthMs)) return { problems: [{ path: 'duration', message: ENDLESS }] };
  const rest = tail(parsed.output);
  function* windows({ from, to }: Stretch): Generator<Window> {
    // Those that began before the range and last into it belong to it.
    for (let last = from - lengthMs; ;) {
      const begin = nextBeginning(job, last);
      if (begin >= to) return;
      yield { from: begin, to: begin + lengthMs, ...rest };
      last = begin;
    }
  }
  return { rule: { windows } };
}

function tail({ checks = [], text }: v.InferOutput<typeof once | typeof repeated>): Omit<Window, 'from' | 'to'> {
  return { checks, ...(text !== undefined && { text }) };
}

function problemsOf(item: Item, keys: readonly string[], issues: readonly v.BaseIssue<unknown>[]): readonly Problem[] {
  const zone = typeof item.zone === 'string' ? item.zone : '';
  const hint = (path: string) => (path === 'zone' ? didYouMean(zone, Intl.supportedValuesOf('timeZone')) : '');
  const mistakes = mistakesIn(issues).map(({ path, message }) => ({ path, message: `${message}${hint(path)}` }));
  return [...unknownKeys(Object.keys(item), keys), ...mistakes];
}
