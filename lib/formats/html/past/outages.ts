/** The outages of the last days, the latest first: what it was, how long, and what followed. */
import type { PastOutage } from '../../../history/past-outages.ts';
import { causeName, lengthText } from '../../history-words.ts';
import { icon } from '../lights.ts';
import { counted, foreign, joined, markup } from '../markup.ts';
import type { Markup } from '../markup.ts';
import { minute } from './times.ts';

/** Outages that are listed, and paths in each. */
const MAX_OUTAGES = 25;
const MAX_PATHS = 20;

export const OUTAGE_DAYS = 14;

export function outageList(outages: readonly PastOutage[], at: number): Markup {
  const shown = outages.slice(0, MAX_OUTAGES).map((outage) => item(outage, at));
  const more = outages.length - shown.length;
  const rest = more > 0 ? markup`<p class="facts rest">${counted(more, 'earlier outage')}</p>` : undefined;
  const list = shown.length === 0 ? markup`<p class="rest">None.</p>` : markup`${shown}${rest}`;
  return markup`<section class="outages" aria-labelledby="outages">
      <h2 id="outages">Outages of the last ${OUTAGE_DAYS} days</h2>
      <div class="card">${list}</div>
    </section>`;
}

const NOTHING_ELSE = markup`<p class="facts">Nothing else failed because of it.</p>`;
const NOT_TOLD = markup`<p class="facts">A summary does not tell why, nor what else failed.</p>`;

function item(outage: PastOutage, now: number): Markup {
  const { id, state, from, to, error, consequences } = outage;
  const light = state === 'down' ? 'failing' : 'degraded';
  const ended = to === undefined ? '' : ' ended';
  const length = from === undefined ? undefined : lengthText((to ?? now) - from);
  const line = markup`${icon(light)}<span class="name">${foreign(causeName(outage))}</span>
    <span class="state">${to === undefined ? 'ongoing' : state}</span><span class="took">${length}</span>
    <span class="hint">${when(outage)}</span>`;
  return markup`<details class="outage ${light}${ended}" id="outage:${id}">
      <summary>${line}</summary>
      <div class="body">
        ${error === undefined ? undefined : markup`<p>${foreign(error)}</p>`}
        ${consequences === undefined ? NOT_TOLD : followed(consequences, error)}
      </div>
    </details>`;
}

function when({ from, to }: PastOutage): Markup {
  const begin = from === undefined ? markup`began earlier` : minute(from);
  return to === undefined ? markup`since ${begin}` : markup`${begin} – ${minute(to)}`;
}

function followed(paths: readonly string[], error: string | undefined): Markup | undefined {
  if (paths.length === 0) return error === undefined ? NOTHING_ELSE : undefined;
  const names = paths.slice(0, MAX_PATHS).map(foreign);
  const more = paths.length - names.length;
  return markup`<p class="facts">${counted(paths.length, 'check')} not up because of it: ${joined(names, ', ')}
    ${more > 0 ? ` and ${String(more)} more` : undefined}</p>`;
}
