/** Buttons that copy the message beside them. */
import { find, setText } from './find.ts';

const SHOWN_MS = 2000;

export function copyMessages(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button.copy') : null;
    const text = button?.closest('.message')?.querySelector('.text');
    if (button && text)
      void copy(text).then((copied) => {
        tell(button, copied);
      });
  });
}

/** The clipboard exists only on secure pages. Elsewhere, the message is selected and copied as a person would. */
async function copy(element: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other way on a page that is not secure
    return document.execCommand('copy');
  }
}

function tell(button: Element, copied: boolean): void {
  const before = button.textContent;
  if (button.classList.contains('copied')) return;
  const words = copied ? 'Copied' : 'Selected';
  button.textContent = words;
  button.classList.add('copied');
  setText(find('#announce', HTMLElement), words);
  setTimeout(() => {
    button.textContent = before;
    button.classList.remove('copied');
    setText(find('#announce', HTMLElement), '');
  }, SHOWN_MS);
}
