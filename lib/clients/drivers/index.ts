/**
 * The drivers. Each is loaded when a check first asks for it. They are loaded one after another, so that the first can
 * connect while the next is being compiled.
 */

let last: Promise<unknown> = Promise.resolve();

function inTurn<Driver>(load: () => Promise<Driver>): () => Promise<Driver> {
  let loading: Promise<Driver> | undefined;
  return () => {
    if (loading === undefined) {
      loading = last.then(load);
      last = loading.catch(() => undefined); // whoever asked for it gets the error
    }
    return loading;
  };
}

export const drivers = {
  amqplib: inTurn(() => import('./amqplib.ts')),
  clickhouse: inTurn(() => import('./clickhouse.ts')),
  cloudfront: inTurn(() => import('./cloudfront.ts')),
  dynamodb: inTurn(() => import('./dynamodb.ts')),
  eventbridge: inTurn(() => import('./eventbridge.ts')),
  grpc: inTurn(() => import('./grpc.ts')),
  ioredis: inTurn(() => import('./ioredis.ts')),
  mattermost: inTurn(() => import('./mattermost.ts')),
  mysql2: inTurn(() => import('./mysql2.ts')),
  pg: inTurn(() => import('./pg.ts')),
  s3: inTurn(() => import('./s3.ts')),
  secretsManager: inTurn(() => import('./secrets-manager.ts')),
  sesv2: inTurn(() => import('./sesv2.ts')),
  sns: inTurn(() => import('./sns.ts')),
  sqs: inTurn(() => import('./sqs.ts')),
  ws: inTurn(() => import('./ws.ts')),
} as const;
