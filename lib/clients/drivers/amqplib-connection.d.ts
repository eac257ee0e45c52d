declare module '*/amqplib/lib/connection.js' {
  import type { EventEmitter } from 'node:events';

  export interface Frame {
    readonly id: number;
    readonly fields: { readonly replyCode?: number; readonly replyText?: string };
  }

  /** Only the part that is used here. */
  export class Connection extends EventEmitter {
    open: (this: Connection, ...args: unknown[]) => void;
    step: (this: Connection, take: (error: unknown, frame: Frame | undefined) => void) => void;
  }
}
