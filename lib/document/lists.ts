/**
 * Settings that are lists of objects. Here they are only kept: what their items mean is read where it is used, so that
 * an answer does not load what it does not need.
 */
import * as v from 'valibot';
import type { Setting } from './settings.ts';

/** An item as it is in the document, with its references replaced. */
export type Item = Readonly<Record<string, unknown>>;

/** Items that a list may have. */
const MAX_ITEMS = 100;

const schema = v.pipe(v.array(v.unknown()), v.maxLength(MAX_ITEMS));

/** What is no object has no keys, so that its reader tells what is missing, and the other items count. */
export function itemOf(given: unknown): Item {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Item) : {};
}

export const notify: Setting<readonly unknown[]> = {
  key: 'notify',
  description: 'Who is told of outages.',
  schema,
  preset: [],
  example: [{ type: 'slack', url: 'https://hooks.slack.example/services/T0/B0/x', on: ['down', 'up'] }],
  expected: `a list of at most ${String(MAX_ITEMS)} objects`,
  instead: { value: [], words: 'nobody is told' },
};

/** Where a document has objects whose keys are paths. A path may be `secret` or `env`, which is no reference there. */
export const keyedByPaths = v.object({ notify: v.array(v.object({ components: v.record(v.string(), v.string()) })) });

export const maintenance: Setting<readonly unknown[]> = {
  key: 'maintenance',
  description: 'When somebody works on what is checked: nobody is told of failures then, and uptime does not count.',
  schema,
  preset: [],
  example: [{ from: '2027-01-10T22:00:00+01:00', to: '2027-01-11T02:00:00+01:00', text: 'New database' }],
  expected: `a list of at most ${String(MAX_ITEMS)} objects`,
  instead: { value: [], words: 'there is no maintenance' },
};
