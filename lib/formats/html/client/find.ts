/** The element that the page always has. */
export function find<Wanted extends Element>(selector: string, sort: new () => Wanted): Wanted {
  const element = document.querySelector(selector);
  if (!(element instanceof sort)) throw new Error(`the page has no ${selector}`);
  return element;
}

/** Changes the text only where it differs, so that nothing is read out twice. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
