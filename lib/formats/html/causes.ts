/** The causes: one card for each thing that is broken, with all that fails because of it. */
import type { Outage } from '../../engine/outages.ts';
import { pathKey } from '../../engine/tree.ts';
import type { CheckResult } from '../../engine/types.ts';
import type { Anchors } from './anchors.ts';
import { message, runbookLink } from './details.ts';
import { icon, lightOf, WORDS } from './lights.ts';
import { counted, foreign, html, pathMarkup } from './markup.ts';
import type { Markup } from './markup.ts';

/** More than these are folded away, so that the checks stay within reach. */
const SHOWN_CAUSES = 5;
const SHOWN_CONSEQUENCES = 8;

export function causes(outages: readonly Outage[], anchors: Anchors): Markup | undefined {
  if (outages.length === 0) return undefined;
  const cards = outages.map((outage) => card(outage, anchors));
  return html`<section class="causes" aria-labelledby="causes">
    <h2 id="causes">What is broken</h2>
    ${folded(cards, SHOWN_CAUSES, 'cause')}
  </section>`;
}

function card({ cause, verdict, teller, consequences }: Outage, anchors: Anchors): Markup {
  const light = lightOf(teller) === 'unknown' ? 'unknown' : verdict;
  const [title, subtitle] =
    'address' in cause
      ? [foreign(cause.address), html`told by ${link(teller, anchors)}`]
      : [link(teller, anchors), teller.target === '' ? undefined : foreign(teller.target)];
  const runbook = runbookLink(teller.runbook);
  return html`<article class="card cause ${light}">
    <header>
      ${icon(light)}
      <h3>${title}</h3>
      <span class="state">${WORDS[light]}</span>
    </header>
    ${subtitle === undefined ? undefined : html`<p class="facts">${subtitle}</p>`}${message(
      teller,
    )}${consequences.length === 0 ? undefined : consequenceList(consequences, anchors)}${
      runbook === undefined ? undefined : html`<p class="actions">${runbook}</p>`
    }
  </article>`;
}

function consequenceList(consequences: readonly CheckResult[], anchors: Anchors): Markup {
  const items = consequences.map((check) => html`<li>${link(check, anchors)}</li>`);
  const [shown, rest] = [items.slice(0, SHOWN_CONSEQUENCES), items.slice(SHOWN_CONSEQUENCES)];
  const more = html`<details class="more">
    <summary>${rest.length} more</summary>
    <ul>
      ${rest}
    </ul>
  </details>`;
  return html`<div class="consequences">
    <p>${counted(consequences.length, 'check')} not working because of it:</p>
    <ul>
      ${shown}
    </ul>
    ${rest.length === 0 ? undefined : more}
  </div>`;
}

function folded(cards: readonly Markup[], shown: number, noun: string): Markup {
  const rest = cards.slice(shown);
  if (rest.length === 0) return html`${cards}`;
  const title = `${String(rest.length)} more ${noun}${rest.length === 1 ? '' : 's'}`;
  return html`${cards.slice(0, shown)}
    <details class="more" id="more-causes">
      <summary>${title}</summary>
      ${rest}
    </details>`;
}

function link(check: CheckResult, anchors: Anchors): Markup {
  return html`<a href="#${anchors(check)}">${pathMarkup(check.path)}</a>`;
}

/** For each check that fails because of others: the first cause, by its path or address. */
export function blamedBy(outages: readonly Outage[]): ReadonlyMap<CheckResult, string> {
  const pairs = outages.flatMap(({ cause, consequences }) =>
    consequences.map((check) => [check, 'path' in cause ? cause.path : cause.address] as const),
  );
  return new Map(pairs.filter(([check, name]) => name !== pathKey(check.path)).reverse());
}
