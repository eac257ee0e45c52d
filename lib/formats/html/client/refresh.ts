/** Keeps the page current in place, and says so when it cannot. */
import { find, setText } from './find.ts';
import { morph } from './morph.ts';
import { REFRESHED } from './refresh-event.ts';
import { ageText, showLocalTimes, span } from './times.ts';

const LIMIT_MS = 30_000;
const TICK_MS = 1000;

/** @param changed Called when the rows have changed. */
export function keepCurrent(changed: () => void): void {
  const pause = find('#pause', HTMLButtonElement);
  const offline = find('.offline', HTMLElement);
  /** When the run that is shown had ended, by this browser's clock. */
  let ranAt = Date.now() - ageOf(document);
  let dueAt = Date.now() + refreshMs();
  let isAsking = false;
  let isPaused = false;

  const tick = () => {
    const ageMs = Date.now() - ranAt;
    setText(find('.ago', HTMLElement), ageText(ageMs));
    setText(find('.offline .age', HTMLElement), `What you see is ${span(ageMs)} old.`);
    if (!document.hidden && !isPaused && !isAsking && Date.now() >= dueAt) void refresh();
  };

  const refresh = async () => {
    isAsking = true;
    try {
      const page = await ask();
      ranAt = Date.now() - ageOf(page);
      show(page);
      changed();
      document.dispatchEvent(new Event(REFRESHED));
      setOffline();
    } catch (error) {
      setOffline(error instanceof Unreadable ? error.message : 'Cannot reach the service.');
    }
    isAsking = false;
    dueAt = Date.now() + refreshMs();
    tick();
  };

  /** @param reason Left out when the service has answered. */
  const setOffline = (reason?: string) => {
    const isOffline = reason !== undefined;
    if (isOffline) setText(find('.offline [role=status]', HTMLElement), reason);
    offline.hidden = !isOffline;
    document.documentElement.classList.toggle('stale', isOffline);
    if (isOffline && !document.title.startsWith('? ')) document.title = `? ${document.title}`;
  };

  pause.addEventListener('click', () => {
    isPaused = !isPaused;
    pause.setAttribute('aria-pressed', String(isPaused));
    tick();
  });
  document.addEventListener('visibilitychange', tick);
  addEventListener('online', () => {
    dueAt = 0;
    tick();
  });
  setInterval(tick, TICK_MS);
  tick();
}

/** The service answered with something that is not this page. */
class Unreadable extends Error {}

/** Asks with status 200 whatever the verdict, since browsers log any other as an error. */
async function ask(): Promise<Document> {
  const url = new URL(location.href);
  url.searchParams.set('status', '200');
  const response = await fetch(url, {
    headers: { accept: 'text/html' },
    cache: 'no-store',
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (page.body.dataset.verdict === undefined) {
    throw new Unreadable(`Cannot refresh: the service answers with status ${String(response.status)}.`);
  }
  return page;
}

function show(page: Document): void {
  const isSameVersion = assetsOf(page) === assetsOf(document);
  if (!isSameVersion) location.reload();
  const before = document.body.dataset.verdict;
  showLocalTimes(page);
  setText(find('.ago', HTMLElement), page.querySelector('.ago')?.textContent ?? '');
  morph(document.body, page.body);
  document.title = page.title;
  const icon = page.querySelector('link[rel=icon]')?.getAttribute('href') ?? '';
  if (icon !== document.querySelector('link[rel=icon]')?.getAttribute('href')) {
    document.querySelector('link[rel=icon]')?.setAttribute('href', icon);
  }
  if (document.body.dataset.verdict !== before) {
    const [title, text] = ['h1', '.sum'].map((selector) => find(selector, HTMLElement).textContent);
    setText(find('#announce', HTMLElement), `Now ${String(title).toLowerCase()}. ${String(text)}`);
  }
}

/** Style and script, which differ in another version, and where there is a history now. */
function assetsOf(page: Document): string {
  return [...page.querySelectorAll('style, script:not([type])')].map(({ textContent }) => textContent).join('');
}

function refreshMs(): number {
  return Number(document.body.dataset.refresh);
}

function ageOf(page: Document): number {
  return Number(page.querySelector<HTMLElement>('[data-age]')?.dataset.age);
}
