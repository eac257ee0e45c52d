/** What Shields reads to draw a badge: https://shields.io/badges/endpoint-badge */
import type { Verdict } from '../engine/types.ts';
import { badgeTexts } from './badge-texts.ts';
import type { Format } from './format.ts';
import { jsonText } from './json-text.ts';

const COLORS: Readonly<Record<Verdict, string>> = { working: 'brightgreen', degraded: 'yellow', failing: 'red' };

/** Seconds: Shields ignores less. */
const LEAST_CACHE = 300;

export const shields: Format = {
  contentType: 'application/json',
  // Shields shows the message of an answer only if its status is 200.
  status: () => 200,
  render(view) {
    const { verdict } = view.report;
    const badge = {
      schemaVersion: 1,
      ...badgeTexts(view),
      color: COLORS[verdict],
      isError: verdict === 'failing',
      cacheSeconds: Math.max(LEAST_CACHE, Math.ceil(view.namespace.maxAgeMs / 1000)),
    };
    return `${jsonText(badge)}\n`;
  },
};
