/** Plain text: the verdict and a string to look for on the first line, then one line per check, worst first. */
import { resultsOf, pathKey } from '../engine/tree.ts';
import type { CheckResult, Report } from '../engine/types.ts';
import { compareVerdicts } from '../engine/verdict.ts';
import { oneLine } from '../errors.ts';
import { statusByVerdict } from './format.ts';
import type { Format } from './format.ts';
import { countText, CUT_OFF, statusText } from './words.ts';

export const text: Format = {
  contentType: 'text/plain; charset=utf-8',
  status: statusByVerdict,
  render({ report }) {
    const checks = resultsOf(report.result).sort(worstFirst);
    const note = report.observerCutOff ? [CUT_OFF] : [];
    return [firstLine(report), ...note, ...checks.map(line)].map((text) => `${text}\n`).join('');
  },
};

/** A reader who looks for `healthgate:passing` is right for each verdict. It is within the first bytes of the text. */
function firstLine({ verdict, result }: Report): string {
  return `${verdict} healthgate:${verdict === 'failing' ? 'failing' : 'passing'} ${countText(result)}`;
}

/** The strings of the first line, wherever a name or a message contains them. */
const CONFUSING = /healthgate:(?=passing|failing)/gi;

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
  const words = [verdict.padEnd('degraded'.length), `${(durationMs / 1000).toFixed(3)}s`, name, ...found, ...advice];
  return words.join(' ').replace(CONFUSING, 'healthgate: ');
}
