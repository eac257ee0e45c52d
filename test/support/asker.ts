/** The app over a vault in memory, and a way to ask it. */
import { createApp } from '../../lib/http/app.ts';
import type { Request, Response } from '../../lib/http/messages.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { collectedLog } from './collected-log.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';

/** A check that works: the store of `asker` has the secret. Each of its runs is a call `secret probe` of the store. */
export const WORKS = { kind: 'secrets_manager', secret: 'probe' };
/** A check that fails. */
export const FAILS = { kind: 'secrets_manager', secret: 'missing' };
/** What `FAILS` answers. */
export const FAILURE = 'UnhealthyError: vault memory:test has no secret missing; create or restore it there';

export type Ask = Partial<Omit<Request, 'query'>> & { readonly query?: string };

export interface Asker {
  /** A token of the namespace `prod`. */
  readonly token: string;
  readonly memory: MemoryStore;
  /** What was logged. */
  readonly lines: string[];
  readonly ask: (path: string, ask?: Ask) => Promise<Response>;
  /** Asks for `/api/health/<token>/`, and what follows it. */
  readonly report: (rest?: string, ask?: Ask) => Promise<Response>;
  /** How many runs there were of a namespace in which `WORKS` stands once. */
  readonly runs: () => number;
}

/**
 * @param keys      Of the document of the namespace `prod`, beside its token.
 * @param documents Of other namespaces.
 * @param now       The vault's clock.
 */
export function asker(
  keys: Readonly<Record<string, unknown>> = { checks: { probe: WORKS } },
  documents: Readonly<Record<string, unknown>> = {},
  now?: () => number,
): Asker {
  const token = createToken('prod');
  const memory = memoryStore({ prod: { access_tokens: [token], ...keys }, ...documents }, { probe: 'x' });
  const { log, lines } = collectedLog();
  const app = createApp({ vault: new Vault(memory, log, now), log });
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
