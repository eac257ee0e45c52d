/** History for readers who may see names, states and times, and nothing else. Pure. */
import type { Change } from './change.ts';
import type { PastOutage } from './past-outages.ts';
import type { Sample } from './sample.ts';
import type { Tally } from './span.ts';
import type { HistoryView, Strips } from './view.ts';

/** The history without messages, causes, addresses and runbooks. */
export function historySummary({ samples, quarters, days, changes, outages, ...rest }: HistoryView): HistoryView {
  return {
    ...rest,
    ...(samples && { samples: samples.map(bareSample) }),
    ...(quarters && { quarters: bareStrips(quarters) }),
    ...(days && { days: bareStrips(days) }),
    ...(changes && { changes: changes.map(bareChange) }),
    ...(outages && { outages: outages.map(bareOutage) }),
  };
}

/** `ConnectionError` of a whole message. */
function bareError({ error }: { readonly error?: string }): { readonly error?: string } {
  return error === undefined ? {} : { error: error.split(':')[0] ?? '' };
}

function bareSample(sample: Sample): Sample {
  const checks = sample.checks.map(({ path, state, durationMs, error }) => ({
    ...{ path, state, durationMs },
    ...(error !== undefined && bareError({ error })),
  }));
  return { ...sample, checks };
}

function bareStrips(strips: Strips): Strips {
  const marks = [...strips.marks].map(([path, own]) => [path, own.map((mark) => mark && bareTally(mark))] as const);
  return { ...strips, marks: new Map(marks) };
}

function bareTally(tally: Tally): Tally {
  return { ...tally, troubles: tally.troubles.map(({ from, to, state }) => ({ from, to, state })) };
}

function bareChange({ error, ...change }: Change): Change {
  const { id, outage, namespace, path, from, to, since, at, observer } = change;
  return {
    ...{ id, outage, namespace, path, from, to, since, at },
    ...(error !== undefined && bareError({ error })),
    causes: [],
    consequences: [],
    ...(observer === true && { observer }),
  };
}

/** The first of its checks stands for its cause. What rests on it would tell of causes too. */
function bareOutage({ id, state, from, to, members, observer }: PastOutage): PastOutage {
  const [path = ''] = members;
  return {
    ...{ id, cause: { path }, state, members },
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(observer === true && { observer }),
  };
}
