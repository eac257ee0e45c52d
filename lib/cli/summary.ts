/** What `check` shows at its end to a person at a terminal. */
import { resultsOf } from '../engine/tree.ts';
import type { Report, Verdict } from '../engine/types.ts';
import { MARKS } from './colours.ts';
import type { Paint } from './colours.ts';

const VERDICTS: readonly Verdict[] = ['failing', 'degraded', 'working'];

/** The verdict and the number of checks by theirs. The report has told what is wrong with each. */
export function summaryText(report: Report, paint: Paint): string {
  const results = resultsOf(report.result);
  const counts = VERDICTS.flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length;
    return count === 0 ? [] : [paint(verdict, `${String(count)} ${verdict}`)];
  });
  const took = `${(report.durationMs / 1000).toFixed(3)} s`;
  const head = paint(report.verdict, `${MARKS[report.verdict]} ${report.namespace} is ${report.verdict}`);
  return `${head}: ${counts.join(', ')}, in ${took}\n`;
}
