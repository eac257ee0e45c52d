/** Plain text: the verdict on the first line, then one line a check, worst first. */
import { oneLine } from '../errors.ts';
import { compareVerdicts, leaves } from '../engine/verdict.ts';
import { pathKey } from '../engine/tree.ts';
import type { CheckResult } from '../engine/types.ts';
import { statusByVerdict } from './format.ts';
import type { Format } from './format.ts';

export const text: Format = {
  name: 'text',
  contentType: 'text/plain; charset=utf-8',
  mediaType: 'text/plain',
  status: statusByVerdict,
  render(report) {
    const checks = leaves(report.result).sort(worstFirst);
    return [report.verdict, ...checks.map(line)].map((text) => `${text}\n`).join('');
  },
};

/** What fails by itself stands before what fails because of it. */
function worstFirst(a: CheckResult, b: CheckResult): number {
  return compareVerdicts(a.verdict, b.verdict) || (a.causes?.length ?? 0) - (b.causes?.length ?? 0);
}

function line({ verdict, path, durationMs, error, runbook }: CheckResult): string {
  const name = oneLine(pathKey(path)) || '-';
  const found = error === undefined ? [] : [`${error.code}: ${error.message}`];
  const advice = error === undefined || runbook === undefined ? [] : [`(see ${oneLine(runbook)})`];
  return [verdict.padEnd('degraded'.length), `${(durationMs / 1000).toFixed(3)}s`, name, ...found, ...advice].join(' ');
}
