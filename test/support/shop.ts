/** The reports of a whole shop, as large and as telling as real ones, to look at and to measure formats with. */
import type { CheckResult, Report, Result } from '../../lib/engine/types.ts';
import type { Figure } from '../../lib/engine/figures.ts';
import { groupResult, reportOf, resultAt } from './reports.ts';

const BROKER = 'broker.shop.internal:5672';
const refused = (target: string) => ({
  code: 'ConnectionError' as const,
  message: `connection refused by ${target}; is it running and listening there?`,
});

type Overrides = Partial<CheckResult>;

/** Stages one after another, of so many milliseconds each. */
export function stagesOf(times: Readonly<Record<string, number>>): Pick<CheckResult, 'stages' | 'durationMs'> {
  let startMs = 0.1;
  const stages = Object.entries(times).map(([name, durationMs]) => {
    const stage = { name, startMs, durationMs };
    startMs += durationMs;
    return stage;
  });
  return { stages, durationMs: startMs };
}

function figure(name: string, label: string, unit: string, value: Figure['value']): Figure {
  return { name, label, unit, value };
}

function redis(name: string, number: number, overrides: Overrides = {}): CheckResult {
  return resultAt(`cache/${name}`, {
    kind: 'cache',
    target: `redis cache.shop.internal:6379/${String(number)}`,
    observed: [figure('role', 'role', '', 'master'), figure('version', 'version', '', '7.0.15')],
    ...stagesOf({ 'resolving the name': 0.6, connecting: 0.8, 'logging in': 0.7, SET: 0.6, GET: 0.5, DEL: 0.5 }),
    ...overrides,
  });
}

function queue(name: string, depth: number, overrides: Overrides = {}): CheckResult {
  return resultAt(['celery', `queues.${name}`], {
    kind: 'celery_queue',
    target: `rabbitmq ${BROKER}`,
    observed: [figure('depth', 'messages waiting', 'messages', depth), figure('workers', 'consumers', 'workers', 4)],
    ...stagesOf({
      'resolving the name': 1.2,
      connecting: 1.9,
      'logging in': 6.3,
      'declaring the queue': 3,
      canary: 48,
    }),
    ...overrides,
  });
}

function history(name: string, kind: string, overrides: Overrides = {}): CheckResult {
  return resultAt(`history/${name}`, {
    kind,
    target: `${kind} history`,
    ...stagesOf({ connecting: 3.1, 'TLS handshake': 5.2, 'logging in': 4, query: 21 }),
    ...overrides,
  });
}

interface Breaks {
  readonly celery?: Overrides;
  readonly rabbit?: Overrides;
  readonly thumbnails?: Overrides;
  readonly all?: Overrides;
}

/** The 25 checks of the shop. */
function shop({ celery = {}, rabbit = {}, thumbnails = {}, all = {} }: Breaks = {}): Result {
  const queues = ['high_priority', 'medium_priority', 'low_priority'].map((name, index) =>
    queue(name, index * 1207, { ...all, ...celery }),
  );
  return groupResult(
    '',
    groupResult('cache', ...['data', 'pages', 'task_lock', 'task_queue'].map((name, index) => redis(name, index, all))),
    groupResult(
      'celery',
      resultAt('celery/ping', {
        kind: 'celery_ping',
        target: `rabbitmq ${BROKER}`,
        observed: [figure('workers', 'workers', '', ['celery@mail-1', 'celery@mail-2', 'celery@import-1'])],
        ...stagesOf({ 'resolving the name': 1.2, connecting: 1.9, 'logging in': 6.3, 'waiting for pongs': 14 }),
        ...all,
        ...celery,
      }),
      ...queues,
    ),
    groupResult(
      'history',
      history('clickhouse', 'clickhouse', all),
      history('e2e', 'event_pipeline', {
        description: 'An event put on the bus turns up in ClickHouse.',
        observed: [figure('took', 'from the bus to the row', 'seconds', 0.231)],
        ...stagesOf({ 'putting the event': 14, 'waiting for the row': 188, query: 38 }),
        ...all,
      }),
      ...['rule', 'api_destination', 'connection', 'credentials'].map((name) =>
        history(`event_bridge.${name}`, `eventbridge_${name}`, all),
      ),
      history('websocket', 'websocket', all),
      history('assets', 'cloudfront', { description: 'The logo of the history page.', ...all }),
    ),
    groupResult(
      'storage',
      resultAt('storage/postgres', {
        kind: 'postgres',
        target: 'postgres db.shop.internal:5432',
        description: 'Orders, customers and stock.',
        runbook: 'https://wiki.example/runbooks/postgres',
        observed: [
          figure('version', 'version', '', '15.8'),
          figure('days', 'certificate', 'days left', 74),
          figure('connections', 'connections', 'sessions', series()),
        ],
        ...stagesOf({
          'resolving the name': 0.7,
          connecting: 1.1,
          'TLS handshake': 9.2,
          'logging in': 12.3,
          query: 7.6,
        }),
        ...all,
      }),
      resultAt('storage/uploads', {
        kind: 's3',
        target: 's3 shop-uploads',
        ...stagesOf({ put: 41, get: 22, delete: 18 }),
        ...all,
      }),
      resultAt('storage/thumbnails', {
        kind: 's3',
        target: 's3 shop-thumbnails',
        critical: false,
        ...stagesOf({ put: 41, get: 22, delete: 18 }),
        ...all,
        ...thumbnails,
      }),
      groupResult(
        'search',
        resultAt('storage/search/http', {
          kind: 'http',
          observed: chart(),
          ...stagesOf({ connecting: 2, body: 9 }),
          ...all,
        }),
      ),
    ),
    resultAt('rabbit', {
      kind: 'rabbitmq',
      target: `rabbitmq ${BROKER}`,
      runbook: 'https://wiki.example/runbooks/broker-down',
      ...stagesOf({ 'resolving the name': 1.2, connecting: 1.9, 'logging in': 6.3, 'round trip': 5.1 }),
      ...all,
      ...rabbit,
    }),
    resultAt('mail', { kind: 'tcp', target: 'tcp smtp.shop.internal:25', ...stagesOf({ connecting: 3 }), ...all }),
    resultAt('dns', { kind: 'dns', target: 'dns shop.example', ...stagesOf({ query: 8 }), ...all }),
    resultAt('vault', {
      kind: 'secrets_manager',
      target: 'secrets manager prod/shop',
      ...stagesOf({ request: 31 }),
      ...all,
    }),
    resultAt('payments', {
      kind: 'http',
      target: 'https api.payments.example:443',
      ...stagesOf({ connecting: 11, body: 80 }),
      ...all,
    }),
  );
}

function series() {
  return Array.from({ length: 40 }, (_, index) => ({
    at: 1_700_000_000_000 + index * 60_000,
    value: 40 + Math.round(12 * Math.sin(index / 4)) + (index % 5),
  }));
}

/** A chart of half an hour, with a gap. */
function chart(): Figure[] {
  const points = (value: (index: number) => number) =>
    Array.from({ length: 60 }, (_, index) => ({ at: 1_700_000_000_000 + index * 30_000, value: value(index) })).filter(
      (_, index) => index < 20 || index > 23,
    );
  const name = 'statements';
  return [
    {
      ...figure(
        'done',
        'done',
        name,
        points((index) => 20 + (index % 9)),
      ),
      chart: { name, draw: 'bar', light: 'working' },
    },
    {
      ...figure(
        'failed',
        'failed',
        name,
        points((index) => index % 4),
      ),
      chart: { name, draw: 'bar', light: 'failing' },
    },
    {
      ...figure(
        'waiting',
        'waiting',
        name,
        points((index) => index % 7),
      ),
      chart: { name, draw: 'line' },
    },
  ];
}

const failing = (overrides: Overrides): Overrides => ({ verdict: 'failing', ...overrides });
const refusedStages = stagesOf({ 'resolving the name': 3.1, connecting: 8.9 });
const slow: Overrides = {
  verdict: 'degraded',
  error: { code: 'UnhealthyError', message: 'answered in 1.84 s, slower than its limit of 0.5 s', degraded: true },
  ...stagesOf({ put: 1640, get: 132, delete: 68 }),
};
const long = 'no answer within 2 s from postgres db.shop.internal:5432 while logging in, '.repeat(4).slice(0, 300);

function named(report: Report): Report {
  return { ...report, namespace: 'shop-production', durationMs: 2004 };
}

/** 200 checks (or so many), of which each 23rd fails by itself. */
export function large(count = 200): Report {
  const checks = Array.from({ length: count }, (_, index) => {
    const path = `service-${String(Math.floor(index / 20) + 1).padStart(2, '0')}/check-${String(index)}`;
    const broken = index % 23 === 7;
    return resultAt(path, {
      ...stagesOf({ connecting: 1 + (index % 9), 'TLS handshake': 7, query: 2 + (index % 31) }),
      ...(broken && { error: refused(`tcp host-${String(index)}.shop.internal:5432`) }),
    });
  });
  const names = [...new Set(checks.map(({ path }) => path[0] ?? ''))];
  const groups = names.map((name) => groupResult(name, ...checks.filter(({ path }) => path[0] === name)));
  return named(reportOf(groupResult('', ...groups)));
}

/** By what there is to see. */
export const shopReports = {
  working: named(reportOf(shop())),
  degraded: named(reportOf(shop({ thumbnails: slow }))),
  'one cause': named(
    reportOf(
      shop({
        celery: failing({
          error: refused(`rabbitmq ${BROKER}`),
          causes: [{ path: 'rabbit' }],
          observed: [],
          ...refusedStages,
        }),
        rabbit: failing({ error: refused(`rabbitmq ${BROKER}`), ...refusedStages }),
        thumbnails: slow,
      }),
    ),
  ),
  'all down': {
    ...named(
      reportOf(
        shop({
          all: failing({
            error: { code: 'TimeoutError', message: long },
            observed: [],
            ...stagesOf({ connecting: 2000 }),
          }),
        }),
      ),
    ),
    observerCutOff: true,
  },
  '200 checks': large(),
} as const satisfies Readonly<Record<string, Report>>;
