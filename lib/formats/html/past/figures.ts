/** The strips of a check, or of the whole, with their figures in words. The script makes their marks open. */
import { merged, percentile } from '../../../history/times.ts';
import { uptimeText } from '../../history-words.ts';
import { duration, markup, raw } from '../markup.ts';
import type { Markup } from '../markup.ts';
import { drawing, drawingAgain, sample } from './marks.ts';
import type { Look } from './marks.ts';
import type { PastRow, Strip } from './rows.ts';

const KEPT = raw('<div class="pick" data-keep></div></div><div class="told" data-keep></div></figure>');

/** The strip of a row that is closed, which only shows. */
export function lately({ quarters }: PastRow): Markup | undefined {
  if (quarters === undefined) return undefined;
  const { looks, id, uptime } = quarters;
  return markup`<span class="lately">${drawing(looks, id)}<span>
    ${uptimeText(uptime)}<span class="vh"> up in 24 hours</span></span></span>`;
}

/** @param isAgain Whether the first strip is in the page already. */
export function strips({ index, quarters, days }: PastRow, isAgain: boolean): Markup {
  return markup`${quarters && strip(quarters, `${String(index)} 0`, '24 hours', isAgain)}
    ${days && strip(days, `${String(index)} 1`, '90 days', false)}`;
}

function strip({ id, looks, uptime }: Strip, place: string, title: string, isAgain: boolean): Markup {
  const known = uptime === undefined ? 'no data' : `${uptimeText(uptime)} up`;
  return markup`<figure class="span" data-strip="${place}">
    <figcaption><span>${title}</span><b>${known}</b></figcaption>
    <div class="bars">${isAgain ? drawingAgain(looks.length, id) : drawing(looks, id)}${KEPT}`;
}

/** How long it took, in words; the script adds the lines. */
export function responseTimes({ index, quarters }: PastRow): Markup | undefined {
  const times = merged(...(quarters?.marks ?? []).flatMap((mark) => (mark === undefined ? [] : [mark.times])));
  const [median, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  if (median === undefined || p95 === undefined) return undefined;
  const words = `median ${duration(median)}, 95 % within ${duration(p95)}`;
  return markup`<figure class="span times" data-times="${index}">
    <figcaption><span>Response time in 24 hours</span><span>${words}</span></figcaption>
    <div class="lines" data-keep></div></figure>`;
}

const LEGEND: readonly (readonly [Look, string])[] = [
  ['u', 'up'],
  ['f', 'degraded for a while'],
  ['g', 'degraded'],
  ['x', 'down for a while'],
  ['z', 'down'],
  ['m', 'maintenance'],
  ['n', 'no data'],
];

export const legend = markup`<ul class="key">
  ${LEGEND.map(([look, words]) => markup`<li>${sample(look)}${words}</li>`)}
</ul>`;
