/** What Celery needs of a broker. `connect.ts` knows the brokers that there are. */
import type { Opened } from '../../engine/connections.ts';
import type { CheckContext } from '../../engine/types.ts';
import type { Problem } from '../../problem.ts';
import type { ServerConfig } from '../server-keys.ts';
import type { Canary, Outcome, RemoteCommand, Reply } from './messages.ts';

/** The broker that the URL names, unless the parts beside it say otherwise. */
export interface CeleryConfig extends ServerConfig {
  readonly url: string;
  readonly control_exchange: string;
  readonly key_prefix?: string | undefined;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly queue_prefix?: string | undefined;
}

export type ConnectContext = Pick<CheckContext, 'share' | 'stage' | 'reached' | 'signal' | 'limitMs'>;

/** A kind of broker, and how it is reached. */
export interface Transport {
  /** `Redis`. */
  readonly title: string;
  /** Whether its brokers are `CeleryBroker`s, over which workers can answer. */
  readonly isTwoWay: boolean;
  /** Names it for messages: `rabbitmq mq.example:5672`. */
  target(config: CeleryConfig): string;
  needs(config: CeleryConfig): readonly string[];
  /** Finds keys that are wrong together, or mean nothing to this broker. */
  mistake?(config: CeleryConfig): Problem | undefined;
  connect(config: CeleryConfig, context: ConnectContext): Promise<Broker>;
}

/** Takes the replies to one command as they come in. */
export interface Taker {
  add(reply: Reply): void;
  /** No further reply can come, for this reason. */
  lose(reason: unknown): void;
}

export interface QueueState {
  /** Messages that wait in it. */
  readonly depth: number;
  /** Undefined where the broker does not know its consumers. */
  readonly consumers?: number;
}

/** Where a canary is whose result did not come: waiting, with a worker that has not started it, or with neither. */
export type Whereabouts = 'queue' | 'worker' | 'neither';

export interface Trace {
  readonly place: Whereabouts;
  /** What it was concluded from, where the broker cannot tell one message from another. */
  readonly figures?: string;
}

/**
 * Waits until a canary may be put on its queue. It is a function: a promise that fails before anybody waits for it
 * would end the process.
 */
export type Go = () => Promise<unknown>;

/** A broker that takes messages to workers. */
export interface Broker {
  /** `rabbitmq mq.example:5672`. */
  readonly name: string;
  /** The same for checks that may share an answer. Never shown. */
  readonly key: string;
  /**
   * @param signal Ends the question when nobody waits for the answer any more.
   * @throws UnhealthyError if the broker knows that there is no such queue.
   */
  inspect(queue: string, signal: AbortSignal): Promise<QueueState>;
  /** Once what `go` begins has worked, puts the canary on its queue. */
  send(canary: Canary, go: Go): Promise<void>;
  /** Says where the canary is, and takes it back if it waits in the queue, would stay there, and can be taken. */
  trace(canary: Canary): Promise<Trace>;
}

/** One over which workers also answer. */
export interface CeleryBroker extends Broker {
  /**
   * Sends a command to all workers. Their replies come in until what is returned is closed.
   *
   * @returns How many workers will reply unless they hang; undefined where the broker does not know it.
   * @throws UnhealthyError if no worker listens.
   */
  broadcast(command: RemoteCommand<unknown>, taker: Taker): Promise<Opened<number | undefined>>;
  /**
   * The same as `send`, and waits until the worker sends the result back over the broker.
   *
   * @param sent Called when the canary is on the queue.
   */
  call(canary: Canary, go: Go, sent: () => void): Promise<Outcome>;
  /** How many tasks workers have taken and not acknowledged; undefined where the broker does not tell. */
  unacknowledged(): Promise<number | undefined>;
}

/** Whether workers can answer over it. */
export function isTwoWay(broker: Broker): broker is CeleryBroker {
  return 'broadcast' in broker;
}
