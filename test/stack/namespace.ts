/** The namespace of the demo: the resources of a small company's stack, with one check for each. */
import type { Addresses } from './addresses.ts';
import { HISTORY } from './servers/shared/event-bridge.ts';

/** Its name, which its token also has. */
export const DEMO = 'demo';

/** A namespace's document, and the secrets that it refers to, by name. */
export interface DemoNamespace {
  readonly document: Tree;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Tree {
  readonly [name: string]: unknown;
}

const POSTGRES_SECRET = 'prod/postgres';
const REDIS_SECRET = 'prod/redis2';

/**
 * @param stack The servers that run. Checks of other servers are left out.
 * @param notify Who is told of outages.
 */
export function demoNamespace(token: string, stack: Partial<Addresses>, notify: readonly Tree[] = []): DemoNamespace {
  const {
    redis,
    redisTls,
    rabbitmq,
    celery,
    assets,
    clickhouse,
    aws,
    historyApi,
    postgres,
    mysql,
    websocket,
    mattermost,
    ragflow,
    ragflowExecutors,
    jina,
  } = stack;

  const cache = (database: number) =>
    redis && { kind: 'cache', url: new URL(`/${String(database)}`, redis.url).href, depends_on: ['redis'] };
  const queue = (name: string) =>
    celery &&
    rabbitmq && {
      kind: 'celery_queue',
      url: rabbitmq.url,
      queue: name,
      task: celery.task,
      result_url: celery.resultUrl,
      depends_on: ['rabbit', 'redis'],
    };
  const s3 = (options: Tree) =>
    aws && { kind: 's3', bucket: aws.bucket, region: aws.region, endpoint: aws.endpoint, ...options };

  const eventBridge = (kind: string, name: string, options: Tree = {}) =>
    aws && historyApi && { kind: `eventbridge_${kind}`, name, region: aws.region, ...options };

  const checks = {
    cache: { data: cache(0), pages: cache(1), task_lock: cache(2), task_queue: cache(3) },
    celery: {
      ping: celery &&
        rabbitmq && {
          kind: 'celery_ping',
          url: rabbitmq.url,
          workers: [celery.worker],
          depends_on: ['rabbit'],
        },
      'queues.high_priority': queue('high_priority'),
      'queues.medium_priority': queue('medium_priority'),
      'queues.low_priority': queue('low_priority'),
    },
    cloud_front: {
      custom_component: assets && { kind: 'cloudfront', url: new URL('/app.js', assets.url).href },
    },
    history: {
      clickhouse: clickhouse && { kind: 'clickhouse', url: clickhouse.url },
      e2e: aws &&
        historyApi &&
        clickhouse && {
          kind: 'event_pipeline',
          ...HISTORY,
          region: aws.region,
          clickhouse: {
            url: clickhouse.url,
            query: 'SELECT count() FROM history.events WHERE check_id = {id:String}',
          },
          timeout: 5,
          depends_on: [
            'history/event_bridge.api_destination',
            'history/event_bridge.connection',
            'history/event_bridge.credentials',
            'history/event_bridge.rule',
            'history/api',
            'history/clickhouse',
          ],
        },
      'event_bridge.api_destination': eventBridge('api_destination', HISTORY.destination),
      'event_bridge.connection': eventBridge('connection', HISTORY.connection),
      'event_bridge.credentials': eventBridge('credentials', HISTORY.connection),
      'event_bridge.rule': eventBridge('rule', HISTORY.rule, { bus: HISTORY.bus }),
      api: historyApi && { kind: 'http', url: historyApi.healthUrl, expect: { status: 200 } },
      files: s3({ key: 'history/' }),
    },
    s3: { custom_component: s3({}) },
    postgres: postgres && { kind: 'postgres', url: { secret: POSTGRES_SECRET, key: 'url' } },
    mysql: mysql && { kind: 'mysql', url: mysql.url },
    rabbit: rabbitmq && { kind: 'rabbitmq', url: rabbitmq.url, round_trip: true },
    redis2: redisTls && { kind: 'redis', url: { secret: REDIS_SECRET, key: 'url' }, ca: redisTls.ca },
    redis: redis && { kind: 'redis', url: redis.url },
    vault: { kind: 'secrets_manager' },
    websocket: websocket && {
      kind: 'websocket',
      url: new URL('/private', websocket.url).href,
      headers: { authorization: `Bearer ${websocket.token}` },
      send: 'are you there?',
      expect: 'are you there?',
    },
    mattermost: mattermost && {
      ping: { kind: 'mattermost', url: mattermost.url, server_status: true },
      probe: {
        kind: 'mattermost_probe',
        url: mattermost.url,
        speaker: { login: mattermost.speaker.username, password: mattermost.speaker.password },
        listener: { token: mattermost.listener.token },
        team: mattermost.team,
        channel: mattermost.channel,
        timeout: 5,
        depends_on: ['mattermost/ping'],
      },
    },
    ragflow: {
      health: ragflow && { kind: 'ragflow', url: ragflow.url },
      executors: ragflowExecutors && {
        kind: 'ragflow_executors',
        url: `${ragflowExecutors.url}/10`,
        executors: ragflowExecutors.names,
        depends_on: ['redis'],
      },
    },
    jina: jina && {
      flow: {
        kind: 'jina',
        url: `grpc://127.0.0.1:${String(jina.grpc)}`,
        depends_on: ['jina/gateway', 'jina/executor'],
      },
      gateway: { kind: 'jina', url: `grpc://127.0.0.1:${String(jina.grpc)}`, role: 'gateway' },
      executor: { kind: 'jina', url: `grpc://127.0.0.1:${String(jina.executor)}`, role: 'executor' },
    },
  };
  return {
    document: { access_tokens: [token], max_age: 5, notify, checks: prune(checks) },
    secrets: {
      ...(postgres && { [POSTGRES_SECRET]: { url: postgres.url } }),
      ...(redisTls && { [REDIS_SECRET]: { url: redisTls.url } }),
    },
  };
}

/** The tree without the checks that are left out, and without the groups that would be empty. */
function prune(tree: Tree): Tree {
  const kept = Object.entries(tree).flatMap(([name, part]): [string, unknown][] => {
    if (part === undefined) return [];
    if (typeof part !== 'object' || part === null || 'kind' in part) return [[name, part]];
    const group = prune(part as Tree);
    return Object.keys(group).length === 0 ? [] : [[name, group]];
  });
  return Object.fromEntries(kept);
}
