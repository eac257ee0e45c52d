/** Where the servers of the test stack are. Plain data, so that it can be handed to test workers. */
export interface Addresses {
  /** Without a password. */
  readonly redis: { readonly url: string; readonly port: number };
  /** With a password, and TLS under a certificate authority of its own. */
  readonly redisTls: { readonly url: string; readonly port: number; readonly ca: string };
  /** A sentinel that watches a master by the name `main`. */
  readonly redisSentinel: { readonly url: string; readonly port: number };
  /** Three masters. */
  readonly redisCluster: { readonly url: string; readonly ports: readonly number[] };
  /** Each database: user `app`, its password in the URL. */
  readonly postgres: { readonly url: string; readonly port: number };
  readonly mysql: { readonly url: string; readonly port: number };
  readonly clickhouse: { readonly url: string; readonly port: number };
  readonly rabbitmq: { readonly url: string; readonly port: number };
  /** A Celery worker on the queues, with results in `redis` and over RPC; the task adds nothing and returns 'pong'. */
  readonly celery: {
    readonly worker: string;
    readonly queues: readonly string[];
    readonly task: string;
    readonly resultUrl: string;
  };
  /** moto: S3, Secrets Manager, EventBridge. */
  readonly aws: {
    readonly endpoint: string;
    readonly port: number;
    readonly region: string;
    readonly bucket: string;
    readonly secretsPrefix: string;
  };
  /**
   * An API that stores events in `clickhouse`, as EventBridge's API destination. Setting up the emulator's EventBridge belongs to it:
   * the names are those of test/stack/servers/event-bridge.ts.
   */
  readonly historyApi: {
    readonly port: number;
    /** Takes events from who shows the key. */
    readonly url: string;
    readonly key: string;
    readonly healthUrl: string;
  };
  /** Echoes every message; wants the header `Authorization: Bearer <token>` on the path `/private`. */
  readonly websocket: { readonly url: string; readonly port: number; readonly token: string };
  /** Serves `/app.js` with the headers of CloudFront, `/plain.js` without them. A stand-in: CloudFront itself cannot be had. */
  readonly assets: { readonly url: string; readonly port: number };
}
