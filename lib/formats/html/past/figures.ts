/** The strips of a check, or of the whole, with their figures in words. The script makes their marks open. */
import { uptimeText } from '../../history-words.ts';
import { LEGEND, LOOKS } from '../../looks.ts';
import { duration, markup, raw } from '../markup.ts';
import type { Markup } from '../markup.ts';
import { drawing, drawingAgain, sample } from './marks.ts';
import type { PastRow, Strip } from './rows.ts';

/** The strip of a row that is closed, which only shows. */
export function lately({ quarters }: PastRow): Markup | undefined {
  if (quarters === undefined) return undefined;
  const { id, prepared, axis } = quarters;
  const drawn = drawing(prepared.paths, axis.count, id);
  const spoken = '<span class="vh"> up in 24 hours</span>';
  return raw(`<span class="lately">${drawn}<span>${uptimeText(prepared.uptime)}${spoken}</span></span>`);
}

/**
 * Without templates, which would look at all of it for what has to be escaped. There is nothing: no text is of others.
 *
 * @param isAgain Whether the first strip is in the page already.
 */
export function strips({ index, quarters, days }: PastRow, isAgain: boolean): Markup {
  const parts = [
    quarters === undefined ? '' : strip(quarters, `${String(index)} 0`, '24 hours', isAgain),
    days === undefined ? '' : strip(days, `${String(index)} 1`, '90 days', false),
  ];
  return raw(parts.join(''));
}

function strip({ id, prepared, axis }: Strip, place: string, title: string, isAgain: boolean): string {
  const known = prepared.uptime === undefined ? 'no data' : `${uptimeText(prepared.uptime)} up`;
  const drawn = isAgain ? drawingAgain(axis.count, id) : drawing(prepared.paths, axis.count, id);
  const caption = `<figcaption>${title}<b>${known}</b></figcaption>`;
  return `<figure class="span" data-strip="${place}">${caption}<div class="bars">${drawn}</div></figure>`;
}

/** How long it took, in words; the script adds the lines. */
export function responseTimes({ index, times }: PastRow): Markup | undefined {
  if (times === undefined) return undefined;
  const words = `median ${duration(times.median)}, 95 % within ${duration(times.p95)}`;
  const caption = `<figcaption>Response time in 24 hours<span>${words}</span></figcaption>`;
  return raw(`<figure class="span" data-times="${String(index)}">${caption}</figure>`);
}

export const legend = markup`<ul class="key">
  ${LEGEND.map((look) => markup`<li>${sample(look)}${LOOKS[look]}</li>`)}
</ul>`;
