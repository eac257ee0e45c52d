/** What the script needs to open the marks, as compact JSON: the page itself shows it only as drawings. */
import { raw } from '../markup.ts';
import type { Markup } from '../markup.ts';
import type { Past, PastRow } from './rows.ts';
import type { Axis } from './told.ts';

/** It is `PastData`, put together from parts that are JSON already. */
export function dataOf({ rows }: Past): Markup {
  const told = rows.map(({ quarters, days, times }) => {
    const parts = [quarters?.prepared.told, days?.prepared.told, times?.told];
    return `[${parts.map((part) => part ?? '0').join(',')}]`;
  });
  const axes = [axisOf(rows, 'quarters'), axisOf(rows, 'days')];
  // A text of others could otherwise end the element.
  const text = `{"axes":${JSON.stringify(axes)},"rows":[${told.join(',')}]}`.replaceAll('<', '\\u003c');
  return raw(`<script type="application/json" id="past">${text}</script>`);
}

function axisOf(rows: readonly PastRow[], name: 'quarters' | 'days'): Axis {
  const axis = rows.find((row) => row[name] !== undefined)?.[name]?.axis;
  return axis === undefined ? [0, 1, 0] : [axis.from / 1000, axis.lengthMs / 1000, axis.count];
}
