/** The statuses of gRPC's health protocol: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
import { isGroup } from '../engine/types.ts';
import type { Report, Result, Verdict } from '../engine/types.ts';
import { pathKey } from '../engine/tree.ts';

export type Status = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

/** What is degraded still serves, as it still answers 200 over HTTP. */
export function statusOf(verdict: Verdict): Status {
  return verdict === 'failing' ? 'NOT_SERVING' : 'SERVING';
}

/** The status of the whole, under the empty name, and of every group and check of a report of the whole. */
export function statusesOf({ result }: Report): Map<string, Status> {
  const statuses = new Map<string, Status>();
  const add = (inner: Result, names: readonly string[]) => {
    statuses.set(pathKey(names), statusOf(inner.verdict));
    if (isGroup(inner)) for (const part of inner.parts) add(part, [...names, part.name]);
  };
  add(result, []);
  return statuses;
}
