/** What a URL demands of a session of PostgreSQL beside a login. */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { AuthError, UnhealthyError } from '../../errors.ts';

/**
 * Whether the server is what target_session_attrs asks for.
 *
 * @throws UnhealthyError if it is not.
 */
export async function judgeRole(client: Client, wanted: string, target: string): Promise<void> {
  const { rows } = await client.query<{ standby: boolean; readonly: boolean }>(
    "SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS readonly",
  );
  const [{ standby, readonly } = { standby: false, readonly: false }] = rows;
  const isWanted = { primary: !standby, standby, 'read-write': !readonly, 'read-only': readonly }[wanted];
  if (isWanted === true) return;
  const found = standby ? 'a standby' : readonly ? 'a read-only primary' : 'a primary';
  throw new UnhealthyError(`${target} is ${found}, and the URL asks for ${wanted} (target_session_attrs)`);
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
