/** What the files of the contract suite share: the stack, servers that end with the test, leaves aimed at a port. */
import { afterEach, beforeAll, beforeEach, expect, inject, vi } from 'vitest';
import { createLog } from '../../lib/log.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { Vault } from '../../lib/vault/vault.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { runLeaves } from '../support/run-leaf.ts';
import type { Outcome, RunLeafOptions } from '../support/run-leaf.ts';
import { fixtures } from './fixtures/index.ts';
import type { KindFixture, Leaf } from './fixture.ts';

export const stack = inject('stack');
const emulated = secretsManagerStore(stack.aws.secretsPrefix);
/** Each file of the suite runs in a process of its own. */
const NAMESPACE = `contract-${process.pid}`;

/** The vault of a namespace that is stored in the emulator's Secrets Manager. */
export const vault = new Vault(
  emulated,
  createLog(() => undefined),
).access(NAMESPACE);

/** Runs leaves in that namespace. */
export function runAll<Name extends string>(
  leaves: Readonly<Record<Name, object>>,
  options: RunLeafOptions = {},
): Promise<Record<Name, Outcome>> {
  return runLeaves(leaves, { vault, ...options });
}

export async function run(leaf: object, options?: RunLeafOptions): Promise<Outcome> {
  return (await runAll({ leaf }, options)).leaf;
}

const rejections: unknown[] = [];
const noteRejection = (reason: unknown) => rejections.push(reason);
const servers: FaultyServer[] = [];

/** A server that ends with the test. */
export async function using(server: Promise<FaultyServer>): Promise<FaultyServer> {
  const started = await server;
  servers.push(started);
  return started;
}

/** Ends the servers of the test. */
export async function stopServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
}

/** To be called once in each file of the suite. No test may leave a server or an unhandled rejection behind. */
export function registerHooks(): void {
  beforeAll(async () => {
    const document = { access_tokens: ['a token of the contract suite'], checks: { none: { kind: 'none' } } };
    await emulated.write(NAMESPACE, JSON.stringify(document), AbortSignal.timeout(10_000));
  });
  beforeEach(() => {
    process.on('unhandledRejection', noteRejection);
  });
  afterEach(async () => {
    await stopServers();
    process.off('unhandledRejection', noteRejection);
    vi.unstubAllEnvs();
    expect(rejections.splice(0)).toEqual([]);
  });
}

/** A fixture whose leaf can be aimed at a port. */
export interface Aimed {
  readonly kind: string;
  readonly fixture: KindFixture;
  readonly realPort: number;
  /** How `needs` writes the address of this port. */
  readonly addressOf: (port: number) => string;
  /**
   * The leaf for a server at this port, in an environment that leads there until the test ends.
   *
   * @param host What 127.0.0.1 is called in it.
   */
  readonly at: (port: number, host?: string) => Leaf;
}

export const aimedFixtures: readonly Aimed[] = fixtures.flatMap((fixture) => {
  const { kind, at, environment, realPort, address } = fixture;
  if (at === undefined || realPort === undefined) return [];
  const aimed: Aimed = {
    kind,
    fixture,
    realPort: realPort(stack),
    addressOf: (port) => address ?? `127.0.0.1:${port}`,
    at: (port, host = '127.0.0.1') => {
      for (const [name, value] of Object.entries(environment?.(port) ?? {}))
        vi.stubEnv(name, value.replace('127.0.0.1', host));
      return JSON.parse(JSON.stringify(at(port, stack)).replaceAll('127.0.0.1', host)) as Leaf;
    },
  };
  return [aimed];
});
