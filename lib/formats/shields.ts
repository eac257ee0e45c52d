/** What Shields reads to draw a badge: https://shields.io/badges/endpoint-badge */
import { badgeTexts, UPTIME_WANTED, uptimeTexts } from './badge-texts.ts';
import type { BadgeTexts, Grade } from './badge-texts.ts';
import type { Format, View } from './format.ts';
import { jsonText } from './json-text.ts';

const COLORS: Readonly<Record<Grade, string>> = {
  working: 'brightgreen',
  degraded: 'yellow',
  failing: 'red',
  unknown: 'lightgrey',
};

/** Seconds: Shields ignores less. */
const LEAST_CACHE = 300;

export const shields: Format = shieldsWith(badgeTexts);

/** With `?of=uptime-30d`. */
export const uptimeShields: Format = { ...shieldsWith(uptimeTexts), wants: () => UPTIME_WANTED };

function shieldsWith(textsOf: (view: View) => BadgeTexts): Format {
  return {
    contentType: 'application/json',
    // Shields shows the message of an answer only if its status is 200.
    status: () => 200,
    render(view) {
      const { label, message, grade } = textsOf(view);
      const badge = {
        schemaVersion: 1,
        label,
        message,
        color: COLORS[grade],
        isError: grade === 'failing',
        cacheSeconds: Math.max(LEAST_CACHE, Math.ceil(view.namespace.maxAgeMs / 1000)),
      };
      return `${jsonText(badge)}\n`;
    },
  };
}
