declare module '*/amqplib/lib/connection.js' {
  import type { EventEmitter } from 'node:events';

  /** Only the part that is used here. */
  export class Connection extends EventEmitter {
    open: (this: Connection, ...args: unknown[]) => void;
  }
}
