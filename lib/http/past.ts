/** Reads the history for an answer. Loaded only where there is one. The answer never fails because of it. */
import { maintenance } from '../document/lists.ts';
import type { Namespace } from '../document/namespace.ts';
import { within } from '../engine/deadline.ts';
import { pathKey } from '../engine/tree.ts';
import type { FormatEntry, View } from '../formats/format.ts';
import { loadView, partOfView } from '../history/view.ts';
import type { HistoryReader, HistoryView, Wanted } from '../history/view.ts';
import type { Services } from './routes/route.ts';

/** Milliseconds that an answer waits for the history, if the caller does not leave less. */
const PATIENCE_MS = 3000;
/** Milliseconds for which at least a view is shared: what is recorded changes once a minute. */
const LEAST_AGE_MS = 5000;
/** Milliseconds for which a view of nothing but figures is shared: monitors ask for them all the time. */
const FIGURES_AGE_MS = 60_000;
/** Views that are kept. */
const MAX_VIEWS = 100;

interface AskedPast {
  readonly namespace: Namespace;
  readonly summary: boolean;
  readonly part: readonly string[];
  readonly format: FormatEntry;
  readonly query: URLSearchParams;
  /** Milliseconds that the caller leaves. */
  readonly limitMs: number;
}

interface Kept {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly view: Promise<HistoryView>;
}

/** The views of one history, the earliest first. By the namespace's object, so that a changed document begins anew. */
const views = new WeakMap<HistoryReader, Map<string, Kept>>();

/** What a view shows of the history: what the format wants, or that it is missing. */
export async function pastFor(
  { namespace, summary, part, format, query, limitMs }: AskedPast,
  { history, log }: Services,
): Promise<Pick<View, 'history' | 'isHistoryMissing'>> {
  if (history === undefined) return {};
  const limit = { limitMs: Math.min(limitMs, PATIENCE_MS), from: 'the history' };
  try {
    const wanted = (await format.load()).wants?.(query);
    if (wanted === undefined) return {};
    const whole = await within(limit, () => share(history, namespace, wanted));
    const view = partOfView(whole, pathKey(part));
    return { history: summary ? (await import('../history/shown.ts')).historySummary(view) : view };
  } catch (error) {
    log.error('the history is not available, so an answer comes without it', { namespace: namespace.name, error });
    return { isHistoryMissing: true };
  }
}

/** A view that is young enough, or that others wait for. However often it is asked for, it is read once in a while. */
function share(history: HistoryReader, namespace: Namespace, wanted: Wanted): Promise<HistoryView> {
  const kept = views.get(history) ?? new Map<string, Kept>();
  views.set(history, kept);
  const key = JSON.stringify([namespace.name, namespace.fingerprint, wanted]);
  const known = kept.get(key);
  const now = Date.now();
  const ageMs = known === undefined ? Infinity : now - known.at;
  if (known !== undefined && ageMs >= 0 && ageMs < keptMs(namespace, wanted)) return known.view;
  const view = history().then((store) =>
    loadView(store, namespace.name, { now, wanted, maintenance: namespace.settings.get(maintenance) }),
  );
  kept.delete(key);
  kept.set(key, { at: now, view });
  for (const [oldest] of kept) {
    if (kept.size <= MAX_VIEWS) break;
    kept.delete(oldest);
  }
  // The next one asks again, but not while this one is still under way.
  view.catch(() => {
    if (kept.get(key)?.view === view) kept.delete(key);
  });
  return view;
}

function keptMs({ maxAgeMs }: Namespace, { samplesMs, changesMs }: Wanted): number {
  const isOfFigures = samplesMs === undefined && changesMs === undefined;
  return isOfFigures ? FIGURES_AGE_MS : Math.max(maxAgeMs, LEAST_AGE_MS);
}
