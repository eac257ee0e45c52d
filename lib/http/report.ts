/** Answers a request with a report, for every route that does. */
import { tenths, within } from '../engine/deadline.ts';
import type { Namespace } from '../document/namespace.ts';
import type { Format, FormatEntry } from '../formats/format.ts';
import type { Request, Response } from './messages.ts';
import { notFound, reportResponse } from './responses.ts';
import type { Services } from './routes/route.ts';

/** Milliseconds of the carrier's time that are reserved for writing the answer. */
const RESERVE_MS = 500;
/** Milliseconds: longer than anything here takes, and within the range of a timer. */
const NO_LIMIT_MS = 3_600_000;

/** How long the carrier of a request waits. */
interface Patience {
  /** When the request came, by `performance.now()`. */
  readonly since: number;
  /** Milliseconds from then. */
  readonly limitMs: number;
  /** Gives work that much time. A `TimeoutError` names what it waited for. */
  spend<T>(from: string, work: () => Promise<T>): Promise<T>;
}

/** How long the carrier of this request waits. To be called when the request comes. */
export function patienceOf({ remainingMs = NO_LIMIT_MS }: Request): Patience {
  const limitMs = Math.min(remainingMs, NO_LIMIT_MS) - RESERVE_MS;
  return { since: performance.now(), limitMs, spend: (from, work) => within({ limitMs, from }, work) };
}

interface Asked {
  readonly namespace: Namespace;
  readonly summary: boolean;
  /** Names from the top of the tree to the part that is asked for. */
  readonly part: readonly string[];
  readonly format: FormatEntry;
  readonly patience: Patience;
  /** Milliseconds that the caller leaves; Infinity unless it says so. */
  readonly withinMs: number;
}

export async function answerReport(request: Request, asked: Asked, services: Services): Promise<Response> {
  const { namespace, summary, part, patience } = asked;
  const { query } = request;
  // Whoever sees no more than the summary cannot cause runs beyond those that everybody shares.
  const [withinMs, fresh] = summary ? [Infinity, false] : [asked.withinMs, wantsFresh(request)];
  // In tenths of a second, so that requests to which Lambda leaves nearly the same time share their runs.
  const limitMs = Math.min(withinMs, tenths(patience.limitMs));
  const { needs = [], uses = [] } = asked.format;
  const past =
    services.history !== undefined && [...needs, ...uses].includes('history')
      ? import('./past.ts').then(({ pastFor }) => pastFor({ ...asked, query, limitMs }, services))
      : undefined;
  const shared = await services.reporter.share(namespace, { part, since: patience.since, limitMs, fresh });
  if (shared === undefined) return notFound();
  const report = summary ? (await import('../formats/summary.ts')).summaryOf(shared.report) : shared.report;
  const format: Format = await asked.format.load();
  return reportResponse({ ...shared, report, namespace, part, summary, query, ...(await past) }, format);
}

function wantsFresh({ headers }: Request): boolean {
  return /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(headers['cache-control'] ?? '');
}
