/** What happens in a session of PostgreSQL beside the login. */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { AuthError, UnhealthyError } from '../../errors.ts';
import { drivers } from '../drivers/index.ts';
import { SentTooMuch } from '../intake.ts';

/** The most messages of one sort, other than rows: of results, a query may have one for each of its statements. */
const MAX_MESSAGES = 1000;
/** The driver's events for them, and their names in messages. It makes several objects of each. */
const MESSAGES = {
  commandComplete: 'results',
  rowDescription: 'descriptions of columns',
  notice: 'notices',
  parameterStatus: 'parameters',
} as const;

/**
 * Whether the server is what target_session_attrs asks for.
 *
 * @throws UnhealthyError if it is not.
 */
export async function judgeRole(client: Client, wanted: string, target: string): Promise<void> {
  const row = await firstRow(
    client,
    "SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS readonly",
  );
  const [standby, readonly] = [row?.standby === true, row?.readonly === true];
  const isWanted = { primary: !standby, standby, 'read-write': !readonly, 'read-only': readonly }[wanted];
  if (isWanted === true) return;
  const found = standby ? 'a standby' : readonly ? 'a read-only primary' : 'a primary';
  throw new UnhealthyError(`${target} is ${found}, and the URL asks for ${wanted} (target_session_attrs)`);
}

/** Runs a query and returns its first row. The others are not kept: a careless query may return millions. */
export async function firstRow(client: Client, text: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { Query } = await drivers.pg();
  return new Promise((resolve, reject) => {
    let first: Readonly<Record<string, unknown>> | undefined;
    const query = client.query(new Query<Readonly<Record<string, unknown>>>(text));
    query.on('row', (row) => {
      first ??= row;
    });
    query.on('error', reject);
    query.on('end', () => {
      resolve(first);
    });
  });
}

/** Ends the connection of a server that sends one message after another. */
export function limitMessages(connection: EventEmitter & { stream: Socket }): void {
  for (const [event, name] of Object.entries(MESSAGES)) {
    let left = MAX_MESSAGES;
    connection.on(event, () => {
      left -= 1;
      if (left === -1) connection.stream.destroy(new SentTooMuch(`${String(MAX_MESSAGES)} ${name}`));
    });
  }
}

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC */
interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

const REPORTED = new Set(['server_version', 'in_hot_standby']);

/** What the server reports about itself. A server may report any number of parameters. */
export function watchParameters(connection: EventEmitter): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
    if (REPORTED.has(parameterName)) parameters.set(parameterName, parameterValue);
  });
  return parameters;
}

const BOUND = 'SCRAM-SHA-256-PLUS';

/** Ends the connection of a server that logs in without a binding to TLS: the driver itself only prefers it. */
export function requireBinding(connection: EventEmitter & { stream: Socket }, target: string): void {
  let isBound = false;
  connection.prependListener('authenticationSASL', ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
    isBound = mechanisms.includes(BOUND);
  });
  for (const event of [
    'authenticationSASL',
    'authenticationOk',
    'authenticationMD5Password',
    'authenticationCleartextPassword',
  ])
    connection.on(event, () => {
      if (!isBound)
        connection.stream.destroy(
          new AuthError(`${target} does not bind the login to TLS (${BOUND}), and the URL has channel_binding=require`),
        );
    });
}
