/** The waterfall of a check: when each stage began, and how long it took. Only the bars are drawn; texts can wrap. */
import type { CheckResult } from '../../engine/types.ts';
import type { StageTime } from '../../engine/stages.ts';
import { icon } from './lights.ts';
import { duration, markup } from './markup.ts';
import type { Markup } from './markup.ts';

/** Percent of the width: what still can be seen. */
const MIN_WIDTH = 0.6;

export function waterfall({ stages, durationMs, error }: CheckResult): Markup | undefined {
  const last = stages.at(-1);
  if (last === undefined) return undefined;
  const totalMs = Math.max(durationMs, ...stages.map(({ startMs, durationMs: ms }) => startMs + ms), Number.MIN_VALUE);
  const rows = stages.map((stage) =>
    row(stage, totalMs, error !== undefined && error.degraded !== true && stage === last),
  );
  return markup`<table class="stages"><caption>Stages</caption><tbody>${rows}</tbody></table>`;
}

function row({ name, startMs, durationMs }: StageTime, totalMs: number, isLast: boolean): Markup {
  const width = Math.max(MIN_WIDTH, (durationMs / totalMs) * 100);
  const x = Math.min((startMs / totalMs) * 100, 100 - width);
  const bar = markup`<svg><rect x="${percent(x)}" width="${percent(width)}"/></svg>`;
  const [attribute, note] = isLast
    ? [markup` class="end"`, markup`${icon('failing')}<span class="vh"> failed here</span>`]
    : [];
  return markup`<tr${attribute}><th>${name}${note}</th><td>${bar}</td><td>${duration(durationMs)}</td></tr>`;
}

function percent(value: number): string {
  return `${String(Number(value.toFixed(1)))}%`;
}
