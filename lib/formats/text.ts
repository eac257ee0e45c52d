/** Plain text: the verdict on the first line, then one line per check, worst first. */
import { resultsOf, pathKey } from '../engine/tree.ts';
import type { CheckResult } from '../engine/types.ts';
import { compareVerdicts } from '../engine/verdict.ts';
import { oneLine } from '../errors.ts';
import { statusByVerdict } from './format.ts';
import type { Format } from './format.ts';
import { CUT_OFF, statusText } from './words.ts';

export const text: Format = {
  contentType: 'text/plain; charset=utf-8',
  status: statusByVerdict,
  render({ report }) {
    const checks = resultsOf(report.result).sort(worstFirst);
    const note = report.observerCutOff ? [CUT_OFF] : [];
    return [report.verdict, ...note, ...checks.map(line)].map((text) => `${text}\n`).join('');
  },
};

/** Checks that fail by themselves come before those that fail because of them. */
function worstFirst(a: CheckResult, b: CheckResult): number {
  return compareVerdicts(a.verdict, b.verdict) || dependencies(a) - dependencies(b);
}

function dependencies({ causes }: CheckResult): number {
  return causes.filter((cause) => 'path' in cause).length;
}

function line(result: CheckResult): string {
  const { verdict, path, durationMs, error, runbook } = result;
  const name = oneLine(pathKey(path)) || '-';
  const found = error === undefined ? [] : [statusText(result)];
  const advice = error === undefined || runbook === undefined ? [] : [`(see ${oneLine(runbook)})`];
  return [verdict.padEnd('degraded'.length), `${(durationMs / 1000).toFixed(3)}s`, name, ...found, ...advice].join(' ');
}
