/** The head of the page: the verdict, how many of how many, and how old. */
import type { Outage } from '../../engine/outages.ts';
import { resultsOf } from '../../engine/tree.ts';
import type { Result } from '../../engine/types.ts';
import type { View } from '../format.ts';
import { icon, lightOf, tally, WORDS } from './lights.ts';
import { counted, duration, foreign, markup, pathMarkup } from './markup.ts';
import type { Markup } from './markup.ts';
import type { Past } from './past/rows.ts';
import { STATE_OF } from './past/section.ts';
import { since } from './past/times.ts';

const TITLES = { failing: 'Failing', degraded: 'Degraded', working: 'Working' } as const;

export function header({ report, ageMs, namespace, part }: View, outages: readonly Outage[], past?: Past): Markup {
  const { verdict, startedAt, durationMs, result } = report;
  const at = new Date(startedAt + durationMs);
  const counts = tally(result).map(
    ({ light, count }) => markup`<div class="${light}"><dt>${icon(light)}${WORDS[light]}</dt><dd>${count}</dd></div>`,
  );
  const lasting = past?.whole && since(past.whole, STATE_OF[verdict], past.history.at);
  const standing = lasting && markup` <span class="facts lasting">${lasting}</span>`;
  const where = part.length === 0 ? undefined : markup`<span class="part"> / ${pathMarkup(part)}</span>`;
  return markup`<header class="top">
      <div class="verdict">
        <p class="where">${foreign(namespace.name)}${where}</p>
        <h1>${icon(verdict)}${TITLES[verdict]}</h1>
        <p class="sum">${sentence(result, outages)}${standing}</p>
        <div class="when">
          <span>Checked <span class="ago">${ageText(ageMs)}</span></span>
          <time datetime="${at.toISOString()}" data-age="${Math.round(ageMs)}">${utc(at)}</time>
          <span>took ${duration(durationMs)}</span>
          <button id="pause" class="needs-script" data-keep aria-pressed="false">Pause</button>
        </div>
      </div>
      <dl class="tally">${counts}</dl>
    </header>`;
}

/** `2023-11-14 22:13:20 UTC`. */
function utc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function ageText(ageMs: number): string {
  return ageMs < 1000 ? 'just now' : `${String(Math.floor(ageMs / 1000))} s ago`;
}

/** `6 of 25 checks fail, from one cause.` */
function sentence(result: Result, outages: readonly Outage[]): string {
  const lights = resultsOf(result).map(lightOf);
  const having = (light: string) => lights.filter((other) => other === light).length;
  const [failing, degraded, unknown] = [having('failing'), having('degraded'), having('unknown')];
  const total = counted(lights.length, 'check');
  if (lights.length === 0) return 'There are no checks.';
  const called = unknown === 0 ? '' : ` ${counted(unknown, 'check')} ended without a result.`;
  if (failing > 0) {
    const causes = outages.filter((outage) => outage.verdict === 'failing').length;
    const from = causes === 0 ? '' : `, from ${causes === 1 ? 'one cause' : counted(causes, 'cause')}`;
    return `${String(failing)} of ${total} ${failing === 1 ? 'fails' : 'fail'}${from}.${called}`;
  }
  if (degraded > 0)
    if (degraded > 0) {
      const verb = degraded === 1 ? 'is' : 'are';
      return `${String(degraded)} of ${total} ${verb} degraded; no critical check fails.${called}`;
    }
  return unknown > 0 ? called.trim() : lights.length === 1 ? 'The check works.' : `All ${total} work.`;
}
