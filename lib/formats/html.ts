/** The status page for people, as one document that asks no other host for anything. */
import { createHash } from 'node:crypto';
import { DAY_MS } from '../history/span.ts';
import type { Wanted } from '../history/view.ts';
import { isAvailable, statusByVerdict } from './format.ts';
import type { Format, FormatEntry, Need, View } from './format.ts';
import assets from './html/assets.json' with { type: 'json' };
import { page } from './html/page.ts';
import { OUTAGE_DAYS } from './html/past/outages.ts';

const { style, script, pastStyle, pastScript } = assets;
const POLICY = policyFor([style], [script]);
const POLICY_WITH_HISTORY = policyFor([style, pastStyle], [script, pastScript]);

/** Allows its own style and script, a favicon in the page, and asking for itself again. Nothing else. */
function policyFor(styles: readonly string[], scripts: readonly string[]): string {
  return [
    "default-src 'none'",
    `style-src ${styles.map(digest).join(' ')}`,
    `script-src ${scripts.map(digest).join(' ')}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** What the page shows of the history. Maintenance is announced a week before. */
const WANTED: Wanted = {
  quartersMs: DAY_MS,
  daysMs: 90 * DAY_MS,
  changesMs: OUTAGE_DAYS * DAY_MS,
  standings: true,
  windowsMs: 7 * DAY_MS,
};

/** @param formats Those that the page links to, as far as the deployment has what they need. */
export function htmlWith(formats: readonly Pick<FormatEntry, 'name' | 'needs'>[]): Format {
  return {
    contentType: 'text/html; charset=utf-8',
    headers: ({ history }) => ({ 'content-security-policy': history === undefined ? POLICY : POLICY_WITH_HISTORY }),
    status: (view) => (view.query.get('status') === '200' ? 200 : statusByVerdict(view)),
    wants: () => WANTED,
    render: (view) => {
      const has: readonly Need[] = hasHistory(view) ? ['history'] : [];
      const names = formats.filter((format) => isAvailable(format, has)).map(({ name }) => name);
      return page(view, names);
    },
  };
}

/** Whether the deployment has one, also where it does not work right now. */
function hasHistory({ history, isHistoryMissing }: View): boolean {
  return history !== undefined || isHistoryMissing === true;
}

function digest(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
