/** The checks, group by group, in the order of the document. */
import { isGroup } from '../../engine/types.ts';
import type { CheckResult, GroupResult, Result } from '../../engine/types.ts';
import { statusText } from '../words.ts';
import type { Anchors } from './anchors.ts';
import { details } from './details.ts';
import { icon, lightOf, tally, WORDS } from './lights.ts';
import { duration, foreign, html, joined, pathMarkup } from './markup.ts';
import type { Markup } from './markup.ts';

export interface Rows {
  readonly anchors: Anchors;
  /** What each consequence rests on. */
  readonly blamed: ReadonlyMap<CheckResult, string>;
  /** Whether rows show names and lights alone. */
  readonly bare: boolean;
}

/** A card for each group at the top, before them one for the checks that are in none. */
export function groups(result: Result, rows: Rows): Markup {
  if (!isGroup(result)) return html`<section class="card group">${row(result, rows)}</section>`;
  const inner = result.parts.filter(isGroup);
  const own = { ...result, parts: leavesIn(result) };
  const title = inner.length === 0 ? undefined : html`<h3>Without a group</h3>`;
  return html`${own.parts.length === 0 ? undefined : card(title, own, rows)}${inner.map((group) =>
    card(html`<h3>${foreign(group.name)}</h3>`, group, rows),
  )}`;
}

function card(title: Markup | undefined, group: GroupResult, rows: Rows): Markup {
  const head = html`<header>
    ${title}
    <p class="facts">${counts(group)}</p>
  </header>`;
  return html`<section class="card group">
    ${title === undefined ? undefined : head}${inside(group, [], rows)}
  </section>`;
}

/** The rows of a group, then those of the groups in it, each below the names that lead there. */
function inside(group: GroupResult, names: readonly string[], rows: Rows): Markup {
  const leaves = leavesIn(group).map((check) => row(check, rows));
  const inner = group.parts.filter(isGroup).map((part) => inside(part, [...names, part.name], rows));
  if (names.length === 0) return html`${leaves}${inner}`;
  const title = html`<h4>${pathMarkup(names)}</h4>`;
  return html`${leaves.length === 0 ? undefined : html`<div class="inner">${title}${leaves}</div>`}${inner}`;
}

function leavesIn(group: GroupResult): CheckResult[] {
  return group.parts.flatMap((part) => (isGroup(part) ? [] : [part]));
}

function counts(group: GroupResult): Markup {
  const parts = tally(group).map(
    ({ light, count }) => html`<span class="count ${light}">${count} ${WORDS[light]}</span>`,
  );
  return parts.length === 0 ? html`no checks` : joined(parts, ', ');
}

function row(check: CheckResult, rows: Rows): Markup {
  const light = lightOf(check);
  const line = html`${icon(light)}<span class="name"
      >${foreign(check.name)}${check.critical ? undefined : html` <span class="tag">optional</span>`}</span
    ><span class="state">${WORDS[light]}</span>`;
  if (rows.bare) return html`<div class="check bare ${light}">${line}</div>`;
  return html`<details class="check ${light}" id="${rows.anchors(check)}">
    <summary>${line}<span class="took">${duration(check.durationMs)}</span>${hint(check, rows)}</summary>
    <div class="body">${details(check)}</div>
  </details>`;
}

/** Why a closed row does not work. */
function hint(check: CheckResult, { blamed }: Rows): Markup | undefined {
  if (check.error === undefined) return undefined;
  const cause = blamed.get(check);
  return html`<span class="hint">${foreign(cause === undefined ? statusText(check) : `because of ${cause}`)}</span>`;
}
