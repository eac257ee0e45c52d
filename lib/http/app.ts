/** The endpoint: from a request to an answer. Composes token, namespace, run and format; knows no kind and no format. */
import { randomBytes } from 'node:crypto';
import { within } from '../engine/deadline.ts';
import { CheckError } from '../errors.ts';
import { run } from '../engine/run.ts';
import type { Log } from '../log.ts';
import { findPart } from '../engine/tree.ts';
import type { Vault } from '../vault/vault.ts';
import type { Request, Response } from './messages.ts';
import { negotiate } from './negotiate.ts';
import { Reports } from '../reports.ts';
import { notAllowed, notFound, reportResponse, unavailable, unforeseen } from './responses.ts';
import { route } from './route.ts';

/** Milliseconds kept back for writing the answer, of those that the carrier of a request leaves. */
const RESERVE_MS = 500;
/** More milliseconds than anything takes here, and no more than a timer can count. */
const NO_LIMIT_MS = 3_600_000;

/** Answers requests. Keeps what it read of the vault, and reports for as long as they are shared. */
export type App = (request: Request) => Promise<Response>;

export function createApp({ vault, log }: { readonly vault: Vault; readonly log: Log }): App {
  const reports = new Reports();

  const answer = async (request: Request): Promise<Response> => {
    const arrived = performance.now();
    const format = negotiate(request.query, request.headers.accept);
    if (format === undefined) return notFound();
    const asked = route(request);
    if (asked === undefined) return notFound();
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed(request.method);
    if (asked.token === undefined) return notFound();

    const leftMs = () => (request.remainingMs ?? NO_LIMIT_MS) - RESERVE_MS - (performance.now() - arrived);
    const { token } = asked;
    const namespace = await within(leftMs(), 'the vault', undefined, () => vault.find(token));
    if (namespace === undefined) return notAllowed(request.method);
    const part = findPart(namespace.root, asked.part);
    if (part === undefined) return notFound();

    const make = () =>
      run(part, {
        namespace: namespace.name,
        deadlineMs: Math.max(0, Math.min(namespace.deadlineMs, leftMs())),
        proveVault: vault.prover(namespace.name),
        log: log.hiding(namespace.secrets),
      });
    const key = JSON.stringify(asked.part);
    const shared = await reports.get(namespace, key, namespace.maxAgeMs, wantsFresh(request), make);
    return reportResponse(shared, format, namespace.failingStatus);
  };

  return async (request) => {
    try {
      const response = await answer(request);
      return request.method === 'HEAD' ? { ...response, body: '' } : response;
    } catch (error) {
      if (error instanceof CheckError) return unavailable(); // the vault, which logged it
      log.error('a request failed in an unforeseen way', { id: randomBytes(4).toString('hex'), error });
      return unforeseen();
    }
  };
}

function wantsFresh({ headers }: Request): boolean {
  return /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(headers['cache-control'] ?? '');
}
