declare module '*/amqplib/lib/connection.js' {
  import type { EventEmitter } from 'node:events';

  /** As far as it is looked into here. */
  export class Connection extends EventEmitter {
    open: (this: Connection, ...args: unknown[]) => void;
  }
}
