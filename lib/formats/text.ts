/** Plain text: the verdict and a string to look for on the first line, then one line per check, worst first. */
import { outagesIn } from '../engine/outages.ts';
import { resultsOf, pathKey } from '../engine/tree.ts';
import type { CheckResult, Report, Result } from '../engine/types.ts';
import { compareVerdicts } from '../engine/verdict.ts';
import { oneLine } from '../errors.ts';
import { statusByVerdict } from './format.ts';
import type { Format } from './format.ts';
import { countText, CUT_OFF } from './whole.ts';
import { statusText } from './words.ts';

export const text: Format = {
  contentType: 'text/plain; charset=utf-8',
  status: statusByVerdict,
  render({ report }) {
    const checks = worstFirst(report.result);
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

/** Of those with the same verdict, each cause comes before what fails because of it. */
function worstFirst(result: Result): CheckResult[] {
  const told = outagesIn(result).flatMap(({ teller, consequences }) => [teller, ...consequences]);
  const places = new Map([...told].reverse().map((check, index) => [check, told.length - index]));
  const placeOf = (check: CheckResult) => places.get(check) ?? 0;
  return resultsOf(result).sort((a, b) => compareVerdicts(a.verdict, b.verdict) || placeOf(a) - placeOf(b));
}

function line(result: CheckResult): string {
  const { verdict, path, durationMs, error, runbook } = result;
  const name = oneLine(pathKey(path)) || '-';
  const found = error === undefined ? [] : [statusText(result)];
  const advice = error === undefined || runbook === undefined ? [] : [`(see ${oneLine(runbook)})`];
  const words = [verdict.padEnd('degraded'.length), `${(durationMs / 1000).toFixed(3)}s`, name, ...found, ...advice];
  return words.join(' ').replace(CONFUSING, 'healthgate: ');
}
