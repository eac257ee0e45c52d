/** One strip: a button for each mark, of which one is reached with Tab and the others with the arrow keys. */
import { troubleText, stateText, whenText } from './past-words.ts';
import type { Mark } from './past-data.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -8, PageDown: 8 };
const ENDS: Readonly<Record<string, number>> = { Home: 0, End: Infinity };

export class Strip {
  readonly #pick: Element;
  readonly #panel: Element;
  #marks: readonly Mark[] = [];
  #buttons: HTMLButtonElement[] = [];
  /** The place of the mark that Tab reaches: the latest at first. */
  #current = Infinity;
  /** The beginning of the mark that is open. */
  #open: number | undefined;

  constructor(figure: Element) {
    const pick = ownElement(figure.querySelector('.bars') ?? figure, 'pick');
    this.#pick = pick;
    this.#panel = ownElement(figure, 'told');
    const title = figure.querySelector('figcaption')?.firstChild?.textContent ?? '';
    pick.setAttribute('role', 'group');
    pick.setAttribute('aria-label', `${title}: arrow keys move, Enter opens`);
    pick.addEventListener('keydown', (event) => {
      if (event instanceof KeyboardEvent) this.#press(event);
    });
    pick.addEventListener('click', ({ target }) => {
      const place = this.#buttons.findIndex((button) => button === target);
      if (place >= 0) this.#toggle(place);
    });
  }

  /** Shows these marks. What is open stays open, and the focus stays on its mark, also when the strip has moved on. */
  show(marks: readonly Mark[]): void {
    const focused = this.#buttons.findIndex((button) => button === document.activeElement);
    const at = this.#marks[this.#current]?.from;
    this.#marks = marks;
    while (this.#buttons.length < marks.length) {
      const button = document.createElement('button');
      button.type = 'button';
      this.#pick.append(button);
      this.#buttons.push(button);
    }
    for (const button of this.#buttons.splice(marks.length)) button.remove();
    const moved = marks.findIndex(({ from }) => from === at);
    this.#current = moved >= 0 ? moved : at === undefined ? marks.length - 1 : 0;
    if (!marks.some(({ from }) => from === this.#open)) this.#open = undefined;
    this.#label();
    if (focused >= 0 && focused !== this.#current) this.#buttons[this.#current]?.focus();
  }

  #label(): void {
    this.#buttons.forEach((button, place) => {
      const mark = this.#marks[place];
      if (mark === undefined) return;
      const name = `${whenText(mark)}: ${stateText(mark)}`;
      if (button.title !== name) {
        button.title = name;
        button.setAttribute('aria-label', name);
      }
      button.tabIndex = place === this.#current ? 0 : -1;
      button.setAttribute('aria-expanded', String(mark.from === this.#open));
    });
    this.#tell();
  }

  #press(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    const wanted = step === undefined ? ENDS[event.key] : this.#current + step;
    if (wanted === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#go(wanted);
    this.#buttons[this.#current]?.focus();
  }

  /** Where a mark is open, the one that is reached opens instead. */
  #go(place: number): void {
    this.#current = Math.max(0, Math.min(this.#buttons.length - 1, place));
    if (this.#open !== undefined) this.#open = this.#marks[this.#current]?.from;
    this.#label();
  }

  #toggle(place: number): void {
    this.#current = place;
    const at = this.#marks[place]?.from;
    this.#open = this.#open === at ? undefined : at;
    this.#label();
  }

  /** Shows the panel of the open mark. It is rebuilt only if its text changes. */
  #tell(): void {
    const mark = this.#marks.find(({ from }) => from === this.#open);
    const lines = mark?.troubles.map(troubleText) ?? [];
    const words = mark === undefined ? '' : [whenText(mark), stateText(mark), ...lines].join('\n');
    if (this.#panel.getAttribute('data-words') === words) return;
    this.#panel.setAttribute('data-words', words);
    if (mark === undefined) {
      this.#panel.replaceChildren();
      return;
    }
    const focused = [...this.#panel.querySelectorAll('button')].findIndex((one) => one === document.activeElement);
    const box = element('div', 'panel');
    const head = element('p');
    head.append(element('strong', '', whenText(mark)), ` ${stateText(mark)}`);
    const steps = [this.#stepButton('‹', 'Earlier', -1), this.#stepButton('›', 'Later', 1)];
    box.append(head, ...steps);
    if (lines.length > 0) {
      const list = element('ul');
      list.append(...lines.map((line) => element('li', '', line)));
      box.append(list);
    }
    this.#panel.replaceChildren(box);
    steps[focused]?.focus();
  }

  #stepButton(sign: string, name: string, step: number): HTMLElement {
    const button = element('button', '', sign);
    button.setAttribute('aria-label', name);
    button.addEventListener('click', () => {
      this.#go(this.#current + step);
    });
    return button;
  }
}

/** An element of the script itself: a refresh of the page leaves it where it is. */
export function ownElement(parent: Element, name: string): Element {
  const known = parent.querySelector(`.${name}`);
  if (known !== null) return known;
  const made = element('div', name);
  made.toggleAttribute('data-keep', true);
  parent.append(made);
  return made;
}

function element(name: string, className = '', text = ''): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
