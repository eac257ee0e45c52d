/** `/api/health/<token>/<name>/…`: the report of a namespace, or of a part of it. */
import { tenths, within } from '../../engine/deadline.ts';
import type { Format } from '../../formats/format.ts';
import type { Request, Response } from '../messages.ts';
import { negotiate } from '../negotiate.ts';
import { patienceIn } from '../patience.ts';
import { notAllowed, notFound, reportResponse } from '../responses.ts';
import { parseTokenPath } from '../token-path.ts';
import type { TokenPath } from '../token-path.ts';
import type { Route, Services } from './route.ts';

/** Milliseconds of the carrier's time that are reserved for writing the answer. */
const RESERVE_MS = 500;
/** Milliseconds: longer than anything here takes, and within the range of a timer. */
const NO_LIMIT_MS = 3_600_000;

export const health: Route = (request, services) => {
  const asked = parseTokenPath(request);
  return asked && answer(request, asked, services);
};

/** The order of the refusals is part of the contract: none of them reveals anything about the token. */
async function answer(request: Request, { token, part }: TokenPath, services: Services): Promise<Response> {
  const since = performance.now();
  const { method, query, headers, remainingMs = NO_LIMIT_MS } = request;
  const format = negotiate(query, headers.accept);
  const patienceMs = patienceIn(query);
  if (format === undefined || patienceMs === undefined) return notFound();
  if (method !== 'GET' && method !== 'HEAD') return notAllowed(method);
  if (token === undefined) return notFound();

  const { vault, reporter } = services;
  // Not limited by `within`, or a wrong token would get another answer where the vault is slow.
  const leftMs = Math.min(remainingMs, NO_LIMIT_MS) - RESERVE_MS;
  const namespace = await within({ limitMs: leftMs, from: 'the vault' }, () => vault.find(token));
  if (namespace === undefined) return notAllowed(method);
  // In tenths of a second, so that requests to which Lambda leaves nearly the same time share their runs.
  const limitMs = Math.min(patienceMs, tenths(leftMs));
  const shared = await reporter.share(namespace, { part, since, limitMs, fresh: wantsFresh(request) });
  if (shared === undefined) return notFound();
  const loaded: Format = await format.load();
  return reportResponse({ ...shared, namespace, part }, loaded);
}

function wantsFresh({ headers }: Request): boolean {
  return /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(headers['cache-control'] ?? '');
}
