import type { Verdict } from '../engine/types.ts';
import type { Terminal } from './command.ts';

const CODES: Readonly<Record<Verdict, number>> = { working: 32, degraded: 33, failing: 31 };

/** Marks that differ also without colour. */
export const MARKS: Readonly<Record<Verdict, string>> = { working: '✓', degraded: '!', failing: '✗' };

export type Paint = (verdict: Verdict, text: string) => string;

/**
 * Whether to write in colour: on a terminal, unless `NO_COLOR` is set, or elsewhere where `FORCE_COLOR` is.
 * https://no-color.org and https://force-color.org: a variable that is empty counts as not set.
 *
 * @param isOff Whether the command line says `--no-color`, which counts most.
 */
export function paintOf({ env, isInteractive }: Pick<Terminal, 'env' | 'isInteractive'>, isOff: boolean): Paint {
  const isForced = (env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0';
  const isColoured = !isOff && (env.NO_COLOR ?? '') === '' && (isInteractive || isForced) && env.TERM !== 'dumb';
  return (verdict, text) => (isColoured ? `\u001b[${String(CODES[verdict])}m${text}\u001b[0m` : text);
}

/** The verdicts that lines begin with, in their colours. */
export function paintedVerdicts(text: string, paint: Paint): string {
  return text.replace(/^(?:working|degraded|failing)(?= )/gm, (verdict) => paint(verdict as Verdict, verdict));
}
