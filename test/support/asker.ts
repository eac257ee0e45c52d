/** The app with a vault in memory, and a way to send it requests. */
import { createApp } from '../../lib/http/app.ts';
import type { AppOptions } from '../../lib/http/app.ts';
import type { Request, Response } from '../../lib/http/messages.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { collectedLog } from './collected-log.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';

/** A check that works, since the store of `asker` has the secret. Each run is a call `secret probe` to the store. */
export const WORKS = { kind: 'secrets_manager', secret: 'probe' };
/** A check that fails. */
export const FAILS = { kind: 'secrets_manager', secret: 'missing' };
/** The status of `FAILS`. */
export const FAILURE = 'UnhealthyError: vault memory:test has no secret missing; create or restore it there';

export type Ask = Partial<Omit<Request, 'query'>> & { readonly query?: string };

export interface Asker {
  /** A token of the namespace `prod`. */
  readonly token: string;
  readonly memory: MemoryStore;
  /** What was logged. */
  readonly lines: string[];
  readonly ask: (path: string, ask?: Ask) => Promise<Response>;
  /** Requests `/api/health/<token>/` and whatever follows it. */
  readonly report: (rest?: string, ask?: Ask) => Promise<Response>;
  /** The number of runs so far of a namespace that contains `WORKS` once. */
  readonly runs: () => number;
}

/**
 * @param keys      Keys of the document of the namespace `prod`, besides its token.
 * @param documents Documents of other namespaces.
 * @param now       The vault's clock.
 * @param options   What the deployment sets.
 */
export function asker(
  keys: Readonly<Record<string, unknown>> = { checks: { probe: WORKS } },
  documents: Readonly<Record<string, unknown>> = {},
  now?: () => number,
  options: AppOptions = {},
): Asker {
  const token = createToken('prod');
  const memory = memoryStore({ prod: { access_tokens: [token], ...keys }, ...documents }, { probe: 'x' });
  const { log, lines } = collectedLog();
  const app = createApp({ vault: new Vault(memory, log, now && { now }), log, ...options });
  const ask = (path: string, { query = '', ...request }: Ask = {}) =>
    app({ method: 'GET', path, headers: {}, ...request, query: new URLSearchParams(query) });
  return {
    token,
    memory,
    lines,
    ask,
    report: (rest = '', request) => ask(`/api/health/${token}/${rest}`, request),
    runs: () => memory.calls.filter((call) => call === 'secret probe').length,
  };
}
