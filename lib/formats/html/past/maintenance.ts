/** Maintenance that is under way or announced, as notes. */
import type { Window } from '../../../history/maintenance.ts';
import { counted, foreign, joined, markup } from '../markup.ts';
import type { Markup } from '../markup.ts';
import { minute } from './times.ts';

const MAX_NOTES = 3;
const MAX_PATHS = 10;

export function maintenanceNotes(windows: readonly Window[], now: number): Markup | undefined {
  if (windows.length === 0) return undefined;
  const notes = windows.slice(0, MAX_NOTES).map((window) => note(window, now));
  const more = windows.length - notes.length;
  const rest = more > 0 ? markup`<p class="facts">and ${counted(more, 'later window')}</p>` : undefined;
  return markup`<section class="card note upkeep" aria-label="Maintenance">${notes}${rest}</section>`;
}

function note({ from, to, checks, text }: Window, now: number): Markup {
  const names = checks.slice(0, MAX_PATHS).map(foreign);
  const more = checks.length > names.length ? ` and ${String(checks.length - names.length)} more` : '';
  const where = checks.length === 0 ? markup`everything` : markup`${joined(names, ', ')}${more}`;
  const what = text === undefined ? undefined : markup`: ${foreign(text)}`;
  const head = from <= now ? 'Maintenance under way' : 'Announced maintenance';
  const when = from <= now ? markup`until ${minute(to)}` : markup`${minute(from)} – ${minute(to)}`;
  return markup`<p><strong>${head}</strong>${what} <span class="facts">${when} · ${where}</span></p>`;
}
