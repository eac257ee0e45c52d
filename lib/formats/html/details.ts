/** What a row opens to: message, description, figures and waterfall. */
import type { CheckResult } from '../../engine/types.ts';
import { statusText } from '../words.ts';
import { figureList } from './figures.ts';
import { foreign, html, joined } from './markup.ts';
import type { Markup } from './markup.ts';
import { waterfall } from './waterfall.ts';

export function details(check: CheckResult): Markup {
  const { kind, target, critical, description, runbook, error, observed } = check;
  const facts = [
    ...[...new Set([kind, target])].filter((text) => text !== '').map(foreign),
    ...(critical ? [] : [html`optional: the namespace does not fail because of it`]),
  ];
  return html`${description === undefined ? undefined : html`<p>${foreign(description)}</p>`}${
      error === undefined ? undefined : message(check)
    }${runbook === undefined ? undefined : html`<p class="actions">${runbookLink(runbook)}</p>`}${figureList(
      observed,
    )}${waterfall(check)}
    <p class="facts">${joined(facts, ' · ')}</p>`;
}

/** The message of a failure, and a button that copies it. */
export function message(check: CheckResult): Markup {
  return html`<div class="message">
    <p class="text">${foreign(statusText(check))}</p>
    ${COPY}
  </div>`;
}

const COPY = html`<button type="button" class="copy needs-script">Copy<span class="vh"> the message</span></button>`;

/** A link to the page that explains what to do; undefined where it is no page that a browser opens. */
export function runbookLink(runbook: string | undefined): Markup | undefined {
  if (runbook === undefined || !/^https?:/i.test(runbook)) return undefined;
  return html`<a class="button" href="${runbook}" rel="noreferrer">Open the runbook</a>`;
}
