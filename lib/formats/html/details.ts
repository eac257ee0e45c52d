/** What a row opens to: message, description, figures and waterfall. */
import type { CheckResult } from '../../engine/types.ts';
import { statusText } from '../words.ts';
import { charts } from './chart.ts';
import { figureList } from './figures.ts';
import { foreign, markup, joined } from './markup.ts';
import type { Markup } from './markup.ts';
import { waterfall } from './waterfall.ts';

/**
 * @param id Of the row, for the ids in it.
 * @param record What was recorded of the check.
 */
export function details(check: CheckResult, id: string, record?: Markup): Markup {
  const { kind, target, critical, description, runbook, error, observed } = check;
  const link = runbookLink(runbook);
  const facts = [
    ...[...new Set([kind, target])].filter((text) => text !== '').map(foreign),
    ...(critical ? [] : [markup`optional: the namespace does not fail because of it`]),
  ];
  return markup`${description === undefined ? undefined : markup`<p>${foreign(description)}</p>`}
    ${error === undefined ? undefined : message(check)}
    ${error === undefined && link !== undefined ? markup`<p>${link}</p>` : undefined}
    ${record}
    ${figureList(observed)}
    ${charts(observed, id)}
    ${waterfall(check)}
    <p class="facts">${joined(facts, ' · ')}</p>`;
}

/** The message of a failure, the way to its runbook, and a button that copies it. */
export function message(check: CheckResult): Markup {
  return markup`<div class="message">
      <p class="text">${foreign(statusText(check))}</p>
      <div class="actions">${runbookLink(check.runbook)}${COPY}</div>
    </div>`;
}

const COPY = markup`<button class="copy">Copy message</button>`;

/** A link to the page that explains what to do; undefined where it is no page that a browser opens. */
function runbookLink(runbook: string | undefined): Markup | undefined {
  const url = runbook !== undefined && URL.canParse(runbook) ? new URL(runbook) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  return markup`<a class="button" href="${url.href}">Open the runbook</a>`;
}
