/** Reads the history for an answer. Loaded only where there is one. The answer never fails because of it. */
import { maintenance } from '../document/lists.ts';
import type { Namespace } from '../document/namespace.ts';
import { within } from '../engine/deadline.ts';
import { pathKey } from '../engine/tree.ts';
import type { FormatEntry, View } from '../formats/format.ts';
import { loadView, partOfView } from '../history/view.ts';
import type { HistoryReader, HistoryView, Wanted } from '../history/view.ts';
import { PastViews } from './past-views.ts';
import type { Services } from './routes/route.ts';

/** Milliseconds that an answer waits for the history, if the caller does not leave less. */
const PATIENCE_MS = 3000;
/** Milliseconds for which at least a view is shared: what is recorded changes once a minute. */
const LEAST_AGE_MS = 5000;
/** Milliseconds for which a view of nothing but figures is shared: monitors ask for them all the time. */
const FIGURES_AGE_MS = 60_000;

interface AskedPast {
  readonly namespace: Namespace;
  readonly summary: boolean;
  readonly part: readonly string[];
  readonly format: FormatEntry;
  readonly query: URLSearchParams;
  /** Milliseconds that the caller leaves. */
  readonly limitMs: number;
}

/** By history. A changed document has keys of its own. */
const views = new WeakMap<HistoryReader, PastViews>();

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
    const path = pathKey(part);
    const whole = await within(limit, () => share(history, { namespace, part: path }, wanted));
    const view = partOfView(whole, path);
    return { history: summary ? (await import('../history/shown.ts')).historySummary(view) : view };
  } catch (error) {
    log.error('the history is not available, so an answer comes without it', { namespace: namespace.name, error });
    return { isHistoryMissing: true };
  }
}

function share(
  history: HistoryReader,
  { namespace, part }: { readonly namespace: Namespace; readonly part: string },
  wanted: Wanted,
): Promise<HistoryView> {
  const shared = views.get(history) ?? new PastViews();
  views.set(history, shared);
  // For some, only the part is read: of the whole there may be too much.
  const key = JSON.stringify([namespace.name, namespace.fingerprint, wanted, wanted.isOfPart && part]);
  const now = Date.now();
  return shared.share(key, {
    now,
    ageMs: keptMs(namespace, wanted),
    open: history,
    load: (store) =>
      loadView(store, namespace.name, { now, wanted, part, maintenance: namespace.settings.get(maintenance) }),
  });
}

function keptMs({ maxAgeMs }: Namespace, { samplesMs, changesMs }: Wanted): number {
  const isOfFigures = samplesMs === undefined && changesMs === undefined;
  return isOfFigures ? FIGURES_AGE_MS : Math.max(maxAgeMs, LEAST_AGE_MS);
}
