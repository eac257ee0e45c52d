/** What each format costs to write: a report of a thousand checks, against `JSON.stringify` of the same report. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Report } from '../../lib/engine/types.ts';
import type { Format } from '../../lib/formats/format.ts';
import { formats } from '../../lib/formats/index.ts';
import type { HistoryView } from '../../lib/history/view.ts';
import { pastView, stories } from '../support/past.ts';
import { groupResult, reportOf, resultAt, viewOf } from '../support/reports.ts';
import { shopReports } from '../support/shop.ts';
import { median, ratio } from './figure.ts';
import type { Figure } from './figure.ts';

const CHECKS = 1000;
const ROUNDS = 15;
const PAGE_ROUNDS = 101;
const ASKED = 5;
/** The status page is a document for people, with a drawing of each check. */
const ASKED_OF_PAGE = 20;
const STAGES = ['resolving', 'connecting', 'TLS handshake', 'login', 'query'];

export async function formatCosts(): Promise<Figure[]> {
  const view = viewOf(largeReport());
  const figures: Figure[] = [];
  for (const entry of formats) {
    const format: Format = await entry.load();
    const asked = format.contentType.startsWith('text/html') ? ASKED_OF_PAGE : ASKED;
    const ratios = Array.from({ length: ROUNDS }, () => {
      const json = cpuMs(() => JSON.stringify(view.report));
      return cpuMs(() => format.render(view)) / json;
    });
    const measured = median(ratios);
    figures.push({
      name: `${String(CHECKS)} checks as ${entry.name}, against JSON.stringify of the report`,
      asked: `≤ ${String(asked)} ×`,
      measured: ratio(measured),
      ok: measured <= asked,
    });
  }
  return [...figures, ...(await pageWithHistory())];
}

/** What the history adds to the page of 25 checks. Strips are prepared once for all who see them, as reports are. */
async function pageWithHistory(): Promise<Figure[]> {
  const page: Format | undefined = await formats.find(({ name }) => name === 'html')?.load();
  if (page === undefined) throw new Error('there is no format html');
  const report = shopReports['one cause'];
  const { quarters, days, ...rest } = await pastView(stories.eventful);
  const histories: readonly (readonly [string, number, HistoryView])[] = [
    ['24 hours', 1.3, { ...rest, ...(quarters && { quarters }) }],
    ['24 hours and 90 days', 1.5, { ...rest, ...(quarters && { quarters }), ...(days && { days }) }],
  ];
  return histories.flatMap(([name, asked, history]) => {
    const [without, shown] = [viewOf(report), viewOf(report, { history })];
    const seen = Array.from({ length: PAGE_ROUNDS }, () => {
      const bare = cpuMs(() => page.render(without));
      return cpuMs(() => page.render(shown)) / bare;
    });
    const unseen = Array.from({ length: ROUNDS * TIMES }, () => viewOf(report, { history: structuredClone(history) }));
    // The rendering does not pay for the memory of the copies.
    collectGarbage();
    const first = Array.from({ length: ROUNDS }, (_, round) => {
      const bare = cpuMs(() => page.render(without));
      return cpuMs((time) => page.render(unseen[round * TIMES + time] ?? without)) / bare;
    });
    const measured = median(seen);
    return [
      {
        name: `the page of 25 checks with ${name} of history, against the page without`,
        asked: `≤ ${String(asked)} ×`,
        measured: ratio(measured),
        ok: measured <= asked,
      },
      {
        name: 'the same, rendered for the first time since the history was read',
        asked: 'none, for comparison',
        measured: ratio(median(first)),
        ok: true,
      },
    ];
  });
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** One rendering is shorter than a tick of the clock of the processor's time. */
const TIMES = 5;

function cpuMs(work: (time: number) => string): number {
  const before = process.cpuUsage();
  for (let time = 0; time < TIMES; time += 1) work(time);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Groups of ten, of which one check in ten fails. */
function largeReport(): Report {
  const groups = Array.from({ length: CHECKS / 10 }, (_, group) => {
    const name = `group-${String(group)}`;
    const checks = Array.from({ length: 10 }, (_, index) =>
      resultAt(`${name}/check-${String(index)}`, {
        description: 'Sessions and baskets of the shop',
        stages: STAGES.map((stage, place) => ({ name: stage, startMs: place * 2, durationMs: 2 })),
        observed: [{ name: 'depth', label: 'messages waiting', unit: 'messages', value: index }],
        ...(index === 0 && { error: { code: 'ConnectionError', message: `connection refused by tcp ${name}:5432` } }),
      }),
    );
    return groupResult(name, ...checks);
  });
  return reportOf(groupResult('', ...groups));
}
