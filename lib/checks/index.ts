/** The kinds of check, one line each. The schema, the docs and the contract suite are made from this list. */
import { cloudfront } from './aws/cloudfront.ts';
import { eventPipeline } from './aws/event-pipeline.ts';
import { eventbridgeApiDestination } from './aws/eventbridge-api-destination.ts';
import { eventbridgeConnection } from './aws/eventbridge-connection.ts';
import { eventbridgeCredentials } from './aws/eventbridge-credentials.ts';
import { eventbridgeRule } from './aws/eventbridge-rule.ts';
import { s3 } from './aws/s3.ts';
import { secretsManager } from './aws/secrets-manager.ts';
import { cache } from './data/cache.ts';
import { clickhouse } from './data/clickhouse.ts';
import { memcached } from './data/memcached.ts';
import { mysql } from './data/mysql.ts';
import { postgres } from './data/postgres.ts';
import { redis } from './data/redis.ts';
import type { AnyKind } from './kind.ts';
import { celeryPing } from './queue/celery-ping.ts';
import { celeryQueue } from './queue/celery-queue.ts';
import { rabbitmq } from './queue/rabbitmq.ts';
import { elasticsearch } from './systems/elasticsearch.ts';
import { grpc } from './systems/grpc.ts';
import { infinity } from './systems/infinity.ts';
import { jina } from './systems/jina.ts';
import { mattermost } from './systems/mattermost.ts';
import { mattermostProbe } from './systems/mattermost-probe.ts';
import { processKind } from './systems/process.ts';
import { ragflow } from './systems/ragflow.ts';
import { ragflowExecutors } from './systems/ragflow-executors.ts';
import { dns } from './web/dns.ts';
import { http } from './web/http.ts';
import { tcp } from './web/tcp.ts';
import { websocket } from './web/websocket.ts';

export const kinds: readonly AnyKind[] = [
  redis,
  cache,
  memcached,
  postgres,
  mysql,
  clickhouse,
  rabbitmq,
  celeryPing,
  celeryQueue,
  s3,
  cloudfront,
  http,
  eventbridgeRule,
  eventbridgeApiDestination,
  eventbridgeConnection,
  eventbridgeCredentials,
  eventPipeline,
  secretsManager,
  processKind,
  websocket,
  tcp,
  dns,
  grpc,
  jina,
  elasticsearch,
  infinity,
  ragflow,
  ragflowExecutors,
  mattermost,
  mattermostProbe,
];
