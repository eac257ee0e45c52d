/** The filter box. The switch beside it works by style alone. */
import { find, setText } from './find.ts';

export interface Filter {
  /** Hides what does not match. To be called when the rows have changed. */
  readonly apply: () => void;
  /** Shows all rows. */
  readonly clear: () => void;
}

export function filterChecks(): Filter {
  const box = document.querySelector('#filter');
  const only = document.querySelector('#only');
  // A page without checks has neither.
  if (!(box instanceof HTMLInputElement) || !(only instanceof HTMLInputElement)) {
    return { apply: () => undefined, clear: () => undefined };
  }
  const apply = () => {
    show(box.value, only.checked);
  };
  const clear = () => {
    box.value = '';
    only.checked = false;
    apply();
  };
  box.addEventListener('input', apply);
  only.addEventListener('change', apply);
  // A browser may restore what was typed before a reload.
  apply();
  return { apply, clear };
}

function show(text: string, onlyBroken: boolean): void {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const rows = [...document.querySelectorAll<HTMLElement>('.check')];
  let shown = 0;
  for (const row of rows) {
    const matches = words.length === 0 || isMatch(row, words);
    row.hidden = !matches;
    if (matches && !(onlyBroken && row.classList.contains('working'))) shown += 1;
  }
  document.documentElement.classList.toggle('filtered', words.length > 0);
  const isOff = words.length === 0 && !onlyBroken;
  find('.none', HTMLElement).hidden = isOff || shown > 0;
  setText(find('#matches', HTMLElement), isOff ? '' : `${String(shown)} of ${String(rows.length)} checks are shown`);
}

/** By everything that the row says, and by the group that it is in. */
function isMatch(row: HTMLElement, words: readonly string[]): boolean {
  const group = row.closest('.group')?.querySelector('h3')?.textContent ?? '';
  const inner = row.closest('.inner')?.querySelector('h4')?.textContent ?? '';
  const path = `${group}/${inner}${inner === '' ? '' : '/'}${row.querySelector('.name')?.textContent ?? ''}`;
  const text = `${path} ${row.textContent}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
