/** A link to a row opens that row. */

/** @param reveal Shows all rows, since the one that is wanted may be filtered away. */
export function followLinks(reveal: () => void): void {
  const follow = () => {
    const row = document.getElementById(location.hash.slice(1));
    if (!(row instanceof HTMLDetailsElement)) return;
    if (!row.checkVisibility()) reveal();
    for (let outer: Element | null = row; outer !== null; outer = outer.parentElement) {
      if (outer instanceof HTMLDetailsElement) outer.open = true;
    }
    row.scrollIntoView({ block: 'nearest' });
    row.querySelector('summary')?.focus();
  };
  // On each click, since the address does not change where the same link is followed again.
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    if (link !== null) setTimeout(follow);
  });
  addEventListener('hashchange', follow);
  if (location.hash !== '') follow();
}
