/** Asks by the check of a kind, as `healthgate ping` does. */
import * as v from 'valibot';
import type { CheckKind } from '../checks/kind.ts';
import type { Keys } from '../clients/keys.ts';
import { Connections } from '../engine/connections.ts';
import type { Declarations } from '../engine/figures.ts';
import { createLog } from '../log.ts';
import { UsageError } from './command.ts';
import type { PingTarget } from './ping-target.ts';

/** Milliseconds in which a connection may be closed gracefully. */
const GRACE_MS = 100;

/**
 * @param leaf What a document would have, without `kind`.
 * @throws UsageError that does not quote the URL: it may contain a secret.
 */
export function checkTarget<Entries extends Keys, Figures extends Declarations>(
  kind: CheckKind<Entries, Figures>,
  leaf: Readonly<Record<string, unknown>>,
): PingTarget {
  const parsed = v.safeParse(v.strictObject(kind.keys), leaf);
  if (!parsed.success) throw new UsageError(parsed.issues[0].message);
  const config = parsed.output;
  return {
    name: kind.target(config),
    async ask({ signal, limitMs, stage }) {
      const connections = new Connections();
      try {
        await kind.check(config, {
          ...{ signal, limitMs, stage },
          share: (key, open) => connections.share(key, connections, open),
          observe: () => undefined,
          reached: () => undefined,
          proveVault: () => Promise.reject(new Error('a ping has no vault')),
          log: createLog(() => undefined),
        });
        return { isSuccess: true, outcome: 'working' };
      } catch (error) {
        connections.release(connections);
        throw error;
      } finally {
        void connections.close(GRACE_MS); // not awaited, because closing is not part of the answer
      }
    },
  };
}
