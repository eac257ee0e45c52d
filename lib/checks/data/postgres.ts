import type { Socket } from 'node:net';
import * as v from 'valibot';
import type { Opened } from '../../engine/connections.ts';
import { AuthError, ConfigurationError, ConnectionError, UnhealthyError } from '../../engine/errors.ts';
import type { CheckError } from '../../engine/errors.ts';
import { codeOf, connectionClosed, networkError } from '../../engine/network-errors.ts';
import { caKey, defineKind, describe, hostOf, text, url } from '../kind.ts';

const DEFAULT_PORT = 5432;

export const postgres = defineKind({
  kind: 'postgres',
  works: 'a new session answers the query',
  keys: {
    url: describe(
      url('postgres', 'postgresql'),
      'postgres://user:password@host:5432/database, with sslmode where wanted.',
    ),
    query: v.optional(describe(text(), 'What the session is asked; any answer will do.'), 'SELECT 1'),
    ...caKey,
  },
  target: (config) => `postgres ${hostOf(config.url, DEFAULT_PORT)}`,
  async check(config, context) {
    const target = postgres.target(config);
    // A session works off one query after the other, so a slow query must not share a session with another one.
    const key = JSON.stringify(['postgres', config.url, config.ca, config.query]);
    await context.connect(key, (signal) => openAndAsk(config, target, signal));
  },
});

interface Config {
  readonly url: string;
  readonly query: string;
  readonly ca?: string | undefined;
}

async function openAndAsk(config: Config, target: string, signal: AbortSignal): Promise<Opened<undefined>> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: config.url,
    application_name: 'healthgate',
    ...(config.ca !== undefined && { ssl: { ca: config.ca } }),
  });
  // @types/pg leaves out the connection, which holds the socket from the start.
  const { connection } = client as unknown as { connection: { stream: Socket } };
  const destroy = () => {
    connection.stream.destroy();
  };
  signal.addEventListener('abort', destroy, { once: true });
  client.on('error', () => undefined); // a lost connection also fails the query that waits for it
  try {
    signal.throwIfAborted();
    await client.connect();
    await client.query(config.query);
  } catch (error) {
    const closed = connection.stream.destroyed;
    destroy();
    throw serverError(error, target) ?? networkError(error, target) ?? (closed ? connectionClosed(target) : error);
  }
  return { value: undefined, close: () => client.end(), destroy };
}

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function serverError(error: unknown, target: string): CheckError | undefined {
  const state = codeOf(error);
  if (state === undefined || !/^[0-9A-Z]{5}$/.test(state) || !(error instanceof Error) || !('severity' in error))
    return undefined;
  if (state.startsWith('28')) return new AuthError(`${target} refused the user or the password`);
  if (state === '42501') return new AuthError(`${target}: the user may not run the query`);
  if (state === '3D000') return new ConfigurationError(`${target} has no such database`);
  if (state === '53300') return new UnhealthyError(`${target} has no connection slot left`);
  if (state === '57P03')
    return new UnhealthyError(`${target} does not accept connections yet: it starts up, stops or recovers`);
  if (state.startsWith('57P')) return new ConnectionError(`${target} ended the session: it stops or was told to`);
  if (state.startsWith('42')) return new ConfigurationError(`${target} cannot run the query: SQLSTATE ${state}`);
  return new UnhealthyError(`${target} failed the query: SQLSTATE ${state}`);
}
