/** Answers a call that has one answer, and tells failures by gRPC's status codes. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { handleUnaryCall, Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { tenths } from '../engine/deadline.ts';
import { CheckError, TooManyRuns } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AskedToShare } from '../reporter.ts';
import type { Opened } from '../vault/vault.ts';
import { openedBy } from './access.ts';
import type { Gate } from './access.ts';

/** Milliseconds of a caller's deadline that are reserved for the way of the answer. */
const RESERVE_MS = 50;

/** A call is refused, with a code and words for the caller. */
export class Refused extends Error {
  readonly code: status;
  readonly details: string;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

/** The same for no token, a wrong one, and one of a namespace that does not exist or is disabled. */
export const unauthenticated = () => new Refused(status.UNAUTHENTICATED, 'no token, or one that opens nothing');
/** For a call that would be answered if it came a little later. */
export const exhausted = (what: string) => new Refused(status.RESOURCE_EXHAUSTED, `${what}; try again later`);

/** @throws Refused, all alike, if the caller may see nothing. */
export async function admitted(metadata: Metadata, gate: Gate): Promise<Opened> {
  const opened = await openedBy(metadata, gate);
  if (opened === undefined) throw unauthenticated();
  return opened;
}

/** How long the caller waits, as `?within=` says it over HTTP. Whoever sees only the summary shares the runs of all. */
export function patienceOf(call: ServerUnaryCall<unknown, unknown>, { summary }: Opened): AskedToShare {
  const leftMs = Number(call.getDeadline()) - Date.now() - RESERVE_MS;
  return summary || !Number.isFinite(leftMs) ? {} : { limitMs: Math.max(0, tenths(leftMs)) };
}

/** A handler for calls with one request and one answer. */
export function unary<Request, Answer>(
  log: Log,
  answer: (call: ServerUnaryCall<Request, Answer>) => Promise<Answer>,
): handleUnaryCall<Request, Answer> {
  return (call, callback) => {
    answer(call).then(
      (value) => {
        callback(null, value);
      },
      (error: unknown) => {
        callback(refusalOf(error, log));
      },
    );
  };
}

/** What the caller is told of an error. Anything unforeseen is in the log alone. */
export function refusalOf(error: unknown, log: Log): Pick<Refused, 'code' | 'details'> {
  if (error instanceof Refused) return { code: error.code, details: error.details };
  if (error instanceof TooManyRuns) return exhausted('too many runs are under way');
  if (error instanceof CheckError) {
    log.error('the vault cannot be read, so a call is answered with UNAVAILABLE', { error });
    return { code: status.UNAVAILABLE, details: 'service unavailable' };
  }
  log.error('a call failed in an unforeseen way', { id: randomBytes(4).toString('hex'), error });
  return { code: status.INTERNAL, details: 'internal error' };
}
