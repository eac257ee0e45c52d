/** What was recorded, as JSON: what `json` answers with `?history=`, and what the text tells beside it. */
import { historyText } from '../formats/json-history.ts';
import { changeJson } from '../history/change-json.ts';
import { WHOLE } from '../history/sample.ts';
import type { Sample } from '../history/sample.ts';
import { uptimeOf } from '../history/span.ts';
import { uptimeIn } from '../history/view.ts';
import type { HistoryView } from '../history/view.ts';

export function pastJson(view: HistoryView, namespace: string, rangeMs: number): string {
  const { changes = [], outages = [], standings = new Map() as NonNullable<HistoryView['standings']> } = view;
  const since = [...standings].map(([path, standing]) => ({
    path,
    state: standing.state,
    since: new Date(standing.since).toISOString(),
  }));
  const whole = since.find(({ path }) => path === WHOLE);
  return historyText(view, rangeMs, {
    namespace,
    // A part has no whole.
    ...(whole && { whole: { uptime: wholeUptime(view), state: whole.state, since: whole.since } }),
    standings: since.filter((standing) => standing !== whole),
    outages: outages.map(({ from, to, ...outage }) => ({
      ...outage,
      from: from === undefined ? undefined : new Date(from).toISOString(),
      to: to === undefined ? undefined : new Date(to).toISOString(),
    })),
    changes: changes.map(changeJson),
  });
}

/** As a ratio, to six places. */
function wholeUptime({ samples, quarters, days }: HistoryView): number | undefined {
  const uptime = samples === undefined ? uptimeIn(quarters ?? days, WHOLE) : uptimeOf(samples.flatMap(wholesOf));
  return uptime === undefined ? undefined : Math.round(uptime * 1e6) / 1e6;
}

const NONE = { up: 0, degraded: 0, down: 0, maintenance: 0 };

/** Nothing of a sample at which the observer was cut off, since nothing is known then. */
function wholesOf({ observerCutOff, intervalMs, checks }: Sample) {
  const wholes = observerCutOff ? [] : checks.filter(({ path }) => path === WHOLE);
  return wholes.map(({ state }) => ({ ms: { ...NONE, [state]: intervalMs } }));
}
