/** The checks, group by group, in the order of the document. */
import { isGroup } from '../../engine/types.ts';
import type { CheckResult, GroupResult, Result } from '../../engine/types.ts';
import { shortLine } from '../../errors.ts';
import { statusText } from '../words.ts';
import type { Anchors } from './anchors.ts';
import { details } from './details.ts';
import { icon, lightOf, tally, WORDS } from './lights.ts';
import { duration, foreign, markup, joined, pathMarkup, raw } from './markup.ts';
import type { Markup } from './markup.ts';
import { lately, responseTimes, strips } from './past/figures.ts';
import { stateNow } from './past/rows.ts';
import type { Past, PastRow } from './past/rows.ts';
import { since } from './past/times.ts';

export interface Rows {
  readonly anchors: Anchors;
  /** What each consequence rests on. */
  readonly blamed: ReadonlyMap<CheckResult, string>;
  /** Whether rows show names and lights alone. */
  readonly bare: boolean;
  /** What was recorded of them. */
  readonly past: Past | undefined;
}

/** A card for each group at the top, after them one for the checks that are in none. */
export function groups(result: Result, rows: Rows): Markup {
  if (!isGroup(result)) return markup`<section class="card group">${row(result, rows)}</section>`;
  const inner = result.parts.filter(isGroup);
  const own = { ...result, parts: leavesIn(result) };
  const title = inner.length === 0 ? undefined : markup`<h3>Without a group</h3>`;
  const cards = inner.map((group) => card(markup`<h3>${foreign(group.name)}</h3>`, group, rows));
  return markup`${cards}${own.parts.length === 0 ? undefined : card(title, own, rows)}`;
}

function card(title: Markup | undefined, group: GroupResult, rows: Rows): Markup {
  const head = markup`<header>${title}<p class="facts">${counts(group)}</p></header>`;
  return markup`<section class="card group">
      ${title === undefined ? undefined : head}
      ${inside(group, [], rows)}
    </section>`;
}

/** The rows of a group, then those of the groups in it, each below the names that lead there. */
function inside(group: GroupResult, names: readonly string[], rows: Rows): Markup {
  const leaves = leavesIn(group).map((check) => row(check, rows));
  const inner = group.parts.filter(isGroup).map((part) => inside(part, [...names, part.name], rows));
  if (names.length === 0) return markup`${leaves}${inner}`;
  const title = markup`<h4>${pathMarkup(names)}</h4>`;
  return markup`${leaves.length === 0 ? undefined : markup`<div class="inner">${title}${leaves}</div>`}${inner}`;
}

function leavesIn(group: GroupResult): CheckResult[] {
  return group.parts.flatMap((part) => (isGroup(part) ? [] : [part]));
}

function counts(group: GroupResult): Markup {
  const parts = tally(group).map(
    ({ light, count }) => markup`<span class="count ${light}">${count} ${WORDS[light]}</span>`,
  );
  return parts.length === 0 ? markup`no checks` : joined(parts, ', ');
}

function row(check: CheckResult, rows: Rows): Markup {
  const light = lightOf(check);
  const tag = check.critical ? undefined : markup` <span class="tag">optional</span>`;
  const line = markup`${icon(light)}
    <span class="name">${foreign(check.name)}${tag}</span>
    <span class="state">${WORDS[light]}</span>`;
  const past = rows.past?.of(check);
  if (rows.bare && past === undefined) return markup`<div class="check bare ${light}">${line}</div>`;
  const took = rows.bare ? undefined : markup`<span class="took">${duration(check.durationMs)}</span>`;
  const id = rows.anchors(check);
  const recorded = past && record(check, past, rows);
  return markup`<details class="check ${light}" id="${id}">
      <summary>${line}${past && lately(past)}${took}${rows.bare ? undefined : hint(check, rows)}</summary>
      <div class="body">${rows.bare ? recorded : details(check, id, recorded)}</div>
    </details>`;
}

/** Since when it is as it is, its strips, and how long it took. No text in it is of others. */
function record(check: CheckResult, row: PastRow, { past, bare }: Rows): Markup {
  const lasting = past && since(row, stateNow(check), past.history.at);
  const words = lasting === undefined ? '' : `<p class="lasting">${lasting.toString()}</p>`;
  const times = bare ? undefined : responseTimes(row);
  return raw(`<div class="past">${words}${strips(row, true).toString()}${times?.toString() ?? ''}</div>`);
}

/** Characters of a message that fit into a row. */
const HINT_LENGTH = 100;

/** Why a closed row does not work. */
function hint(check: CheckResult, { blamed }: Rows): Markup | undefined {
  if (check.error === undefined) return undefined;
  const cause = blamed.get(check);
  const text = cause === undefined ? statusText(check) : `because of ${cause}`;
  return markup`<span class="hint">${foreign(shortLine(text, HINT_LENGTH))}</span>`;
}
