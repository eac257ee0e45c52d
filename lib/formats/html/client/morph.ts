/** Changes a part of the page into another one in place: what is equal stays, with its focus, selection and state. */

/** What the reader has changed and no report knows. */
const READERS_OWN = new Set(['open', 'hidden']);

export function morph(from: Element, to: Element): void {
  if (from.hasAttribute('data-keep')) return;
  copyAttributes(from, to);
  const wantedIds = new Set([...to.children].map(({ id }) => id));
  const byId = new Map<string, Element>();
  for (const child of [...from.children]) {
    if (child.id === '') continue;
    if (wantedIds.has(child.id)) byId.set(child.id, child);
    else child.remove();
  }
  let next = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const same = wanted instanceof Element && wanted.id !== '' ? byId.get(wanted.id) : alike(next, wanted);
    if (same === undefined) {
      from.insertBefore(document.importNode(wanted, true), next);
      continue;
    }
    if (same === next) next = next.nextSibling;
    else from.insertBefore(same, next);
    change(same, wanted);
  }
  while (next !== null) {
    const after: ChildNode | null = next.nextSibling;
    // What the script has added is in no report.
    if (!(next instanceof Element && next.hasAttribute('data-keep'))) next.remove();
    next = after;
  }
}

/** The node that stands there, if it can become the wanted one. */
function alike(node: ChildNode | null, wanted: ChildNode): ChildNode | undefined {
  if (node?.nodeName !== wanted.nodeName) return undefined;
  return node instanceof Element && node.id !== '' ? undefined : node;
}

function change(node: ChildNode, wanted: ChildNode): void {
  if (node instanceof Element && wanted instanceof Element) morph(node, wanted);
  else if (node.nodeValue !== wanted.nodeValue && !isSelected(node)) node.nodeValue = wanted.nodeValue;
}

/** A text of which the reader has selected a part changes later, when the selection is gone. */
function isSelected(node: Node): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(node, true);
}

function copyAttributes(from: Element, to: Element): void {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !READERS_OWN.has(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !READERS_OWN.has(name)) from.setAttribute(name, value);
  }
}
