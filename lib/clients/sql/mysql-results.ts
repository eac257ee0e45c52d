/** Limits what mysql2 keeps of the answer to a query, whatever the server sends. */
import type { Query } from 'mysql2';
import type { Socket } from 'node:net';
import { SentTooMuch } from '../intake.ts';

/** A table has 4,096 at most: https://dev.mysql.com/doc/refman/8.4/en/column-count-limit.html */
const MAX_COLUMNS = 5000;
/** The most results of one query, which may have several statements. */
const MAX_RESULTS = 1000;

/** What mysql2's types leave out. */
export interface PacketHandler {
  /** The number that the next packet should have. */
  sequenceId: number;
  handlePacket(packet: { readonly sequenceId: number } | undefined): void;
}

/**
 * Ends the connection of a server that sends too many results, or too many columns for one: mysql2 keeps a description
 * of each of them. Rows are not kept.
 */
export function limitResults(connection: PacketHandler & { readonly stream: Socket }, query: Query): void {
  let results = 0;
  let packets = 0;
  const refuse = (most: number, what: string) => {
    connection.stream.destroy(new SentTooMuch(`${String(most)} ${what}`));
  };
  query.on('fields', () => {
    results += 1;
    if (results > MAX_RESULTS) refuse(MAX_RESULTS, 'results');
  });
  query.on('result', () => {
    packets = 0;
  });
  const handle = connection.handlePacket.bind(connection);
  connection.handlePacket = (packet) => {
    packets += 1;
    // Otherwise mysql2 writes a line to the console for each packet that is out of order.
    if (packet !== undefined) connection.sequenceId = packet.sequenceId;
    if (packets > MAX_COLUMNS) refuse(MAX_COLUMNS, 'columns');
    else handle(packet);
  };
}
