/** The causes: one card for each thing that is broken, with all that fails because of it. */
import type { Outage } from '../../engine/outages.ts';
import { pathKey } from '../../engine/tree.ts';
import type { CheckResult } from '../../engine/types.ts';
import type { Anchors } from './anchors.ts';
import { message } from './details.ts';
import { icon, lightOf, WORDS } from './lights.ts';
import type { Rows } from './groups.ts';
import { counted, foreign, joined, markup, pathMarkup } from './markup.ts';
import type { Markup } from './markup.ts';
import { stateNow } from './past/rows.ts';
import type { Past } from './past/rows.ts';
import { since } from './past/times.ts';

/** More than these are folded away, so that the checks stay within reach. */
const SHOWN_CAUSES = 5;
const SHOWN_CONSEQUENCES = 8;

export function causes(
  outages: readonly Outage[],
  { anchors, past }: Pick<Rows, 'anchors' | 'past'>,
): Markup | undefined {
  if (outages.length === 0) return undefined;
  const rest = outages.slice(SHOWN_CAUSES).map((outage) => line(outage, anchors));
  const more = markup`<details class="card more" id="more">
      <summary>${counted(rest.length, 'more cause')}</summary>
      <ul>${rest}</ul>
    </details>`;
  return markup`<section class="causes" aria-labelledby="causes">
      <h2 id="causes">What is broken</h2>
      ${outages.slice(0, SHOWN_CAUSES).map((outage) => card(outage, anchors, past))}
      ${rest.length === 0 ? undefined : more}
    </section>`;
}

function card({ cause, verdict, teller, consequences }: Outage, anchors: Anchors, past: Past | undefined): Markup {
  const light = lightOf(teller) === 'unknown' ? 'unknown' : verdict;
  const [title, subtitle] =
    'address' in cause
      ? [foreign(cause.address), markup`according to the check ${link(teller, anchors)}`]
      : [link(teller, anchors), foreign(teller.target)];
  // What the message would only count is listed below it.
  const told = consequences.length === 0 ? teller : { ...teller, causes: [] };
  const row = past?.of(teller);
  const lasting = row && past && since(row, stateNow(teller), past.history.at);
  const facts = [subtitle, ...(teller.critical ? [] : [markup`optional`]), ...(lasting ? [lasting] : [])];
  return markup`<article class="card cause ${light}">
      <header>${icon(light)}<h3>${title}</h3><span class="state">${WORDS[light]}</span></header>
      <p class="facts">${joined(facts, ' · ')}</p>
      ${message(told)}
      ${consequences.length === 0 ? undefined : consequenceList(consequences, anchors)}
    </article>`;
}

function consequenceList(consequences: readonly CheckResult[], anchors: Anchors): Markup {
  const items = consequences.map((check) => markup`<li>${link(check, anchors)}</li>`);
  const [shown, rest] = [items.slice(0, SHOWN_CONSEQUENCES), items.slice(SHOWN_CONSEQUENCES)];
  const more = markup`<details class="more">
      <summary>${rest.length} more</summary>
      <ul>${rest}</ul>
    </details>`;
  return markup`<div class="consequences">
      <p>${counted(consequences.length, 'check')} not working because of it:</p>
      <ul>${shown}</ul>
      ${rest.length === 0 ? undefined : more}
    </div>`;
}

/** A cause of which there are too many: its row tells the rest. */
function line({ cause, teller, consequences }: Outage, anchors: Anchors): Markup {
  const address = 'address' in cause ? markup` ${foreign(cause.address)}` : undefined;
  const others = consequences.length === 0 ? '' : `, and ${counted(consequences.length, 'check')} because of it`;
  return markup`<li class="${lightOf(teller)}">
      ${icon(lightOf(teller))}
      <p>${link(teller, anchors)}${address} <span class="facts">${teller.error?.code}${others}</span></p>
    </li>`;
}

function link(check: CheckResult, anchors: Anchors): Markup {
  return markup`<a href="#${anchors(check)}">${pathMarkup(check.path)}</a>`;
}

/** For each check that fails because of others: the first cause, by its path or address. */
export function blamedBy(outages: readonly Outage[]): ReadonlyMap<CheckResult, string> {
  const pairs = outages.flatMap(({ cause, consequences }) =>
    consequences.map((check) => [check, 'path' in cause ? cause.path : cause.address] as const),
  );
  return new Map(pairs.filter(([check, name]) => name !== pathKey(check.path)).reverse());
}
