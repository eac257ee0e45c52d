/** What `check` shows at its end to a person at a terminal. */
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { Report, Verdict } from '../engine/types.ts';
import { oneLine } from '../errors.ts';
import { compareVerdicts } from '../engine/verdict.ts';
import { MARKS } from './colours.ts';
import type { Paint } from './colours.ts';

const VERDICTS: readonly Verdict[] = ['failing', 'degraded', 'working'];

/** The number of checks by verdict, and the names of those that do not work: what a reader looks for first. */
export function summaryText(report: Report, paint: Paint): string {
  const results = resultsOf(report.result);
  const counts = VERDICTS.flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length;
    return count === 0 ? [] : [paint(verdict, `${String(count)} ${verdict}`)];
  });
  const took = `${(report.durationMs / 1000).toFixed(3)} s`;
  const bad = results
    .filter(({ verdict }) => verdict !== 'working')
    .sort((a, b) => compareVerdicts(a.verdict, b.verdict))
    .map(({ verdict, path, kind }) => paint(verdict, `${MARKS[verdict]} ${oneLine(pathKey(path)) || kind}`));
  const head = paint(report.verdict, `${MARKS[report.verdict]} ${report.namespace} is ${report.verdict}`);
  return `${head}: ${counts.join(', ')}, in ${took}\n${bad.map((line) => `  ${line}\n`).join('')}`;
}
