/** The history of the whole. */
import type { State } from '../../../history/sample.ts';
import type { Verdict } from '../../../engine/types.ts';
import { markup } from '../markup.ts';
import type { Markup } from '../markup.ts';
import { legend, strips } from './figures.ts';
import type { Past } from './rows.ts';

export const STATE_OF: Readonly<Record<Verdict, State>> = { working: 'up', degraded: 'degraded', failing: 'down' };

export function historySection({ whole }: Past): Markup | undefined {
  if (whole === undefined) return undefined;
  return markup`<section class="record" aria-labelledby="history">
      <h2 id="history">History</h2>
      <div class="card body">${strips(whole, false)}${legend}</div>
    </section>`;
}
