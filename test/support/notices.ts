/** Notices, as history plans them, and a context to send them in. */
import type { Item } from '../../lib/document/lists.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';
import type { Change } from '../../lib/history/change.ts';
import type { Notice } from '../../lib/history/notices.ts';
import type { SendContext, Target } from '../../lib/notify/target.ts';
import { readTargets } from '../../lib/notify/targets.ts';

export const BEGAN = Date.parse('2026-11-26T11:58:00Z');
export const NOW = Date.parse('2026-11-26T12:05:30Z');
export const OUTAGE = '0123456789abcdef0123456789abcdef';

const change: Change = {
  id: 'c'.repeat(32),
  outage: OUTAGE,
  namespace: 'shop',
  path: 'celery/ping',
  from: 'up',
  to: 'down',
  since: BEGAN,
  at: BEGAN + 60_000,
  error: 'ConnectionError: connection refused by celery_ping broker.example:5672',
  causes: [],
  consequences: ['celery/queue', 'orders'],
  runbook: 'https://wiki.example/runbooks/broker',
};

/** An outage of three of the four checks of `shopRoot`. */
export const down: Notice = {
  id: 'd'.repeat(32),
  target: 't',
  kind: 'change',
  change,
  began: BEGAN,
  number: 0,
  notUp: [
    { path: 'celery/ping', state: 'down' },
    { path: 'celery/queue', state: 'down' },
    { path: 'orders', state: 'degraded' },
  ],
};

export const update: Notice = {
  ...down,
  id: 'e'.repeat(32),
  kind: 'update',
  number: 1,
  change: { ...change, from: 'down', at: BEGAN + 120_000, consequences: [...change.consequences, 'cache'] },
};

export const up: Notice = {
  ...down,
  id: 'f'.repeat(32),
  number: 2,
  change: withoutError({ ...change, from: 'down', to: 'up', since: BEGAN + 300_000, at: BEGAN + 300_000 }),
  notUp: [],
};

export const degraded: Notice = {
  ...down,
  change: { ...change, to: 'degraded', path: 'orders', consequences: [], error: 'UnhealthyError: slower than 1 s' },
  notUp: [{ path: 'orders', state: 'degraded' }],
};

export const observer: Notice = {
  ...down,
  change: { ...change, path: '', observer: true, consequences: [], error: 'the observer itself may be cut off' },
};

export const beat = (to: Change['to']): Notice => ({
  ...down,
  kind: 'beat',
  change: { ...(to === 'up' ? withoutError(change) : change), path: '', outage: '', from: to, to, consequences: [] },
  notUp: to === 'up' ? [] : down.notUp,
});

/** Names and an error that try to be markup, to mention everybody, to add lines and headers, and to be very long. */
const HOSTILE =
  '<!channel> <@U1> @here [click](https://evil.example) <https://evil.example|click> <b>x</b> **b** ' +
  '\r\nBcc: a@b.example\u0000\u202E';

export const hostile: Notice = {
  ...down,
  change: {
    ...change,
    namespace: `shop ${HOSTILE}`,
    path: `a ${HOSTILE}`,
    error: `UnhealthyError: ${HOSTILE.repeat(50)}`,
    causes: [{ address: `db.example:5432 ${HOSTILE}` }],
    consequences: Array.from({ length: 1000 }, (_, index) => `c${String(index)} ${HOSTILE}`.repeat(3)),
  },
};

/** Names of as many characters as a document may have, in characters that take the most room in JSON. */
const crowdOf = (character: string): Notice => ({
  ...down,
  change: {
    ...change,
    path: character.repeat(200),
    error: `UnhealthyError: ${character.repeat(300)}`,
    causes: [{ path: character.repeat(200) }],
    consequences: Array.from({ length: 1000 }, (_, index) => `${String(index)}/${character.repeat(200)}`),
    runbook: `https://wiki.example/${'r'.repeat(1900)}`,
  },
});

export const wide = crowdOf('\u65e5');
export const quoted = crowdOf('"');

/** Of what works again, there is neither an error nor a runbook. */
function withoutError(failed: Change): Change {
  const { id, outage, namespace, path, from, to, since, at, causes, consequences } = failed;
  return { id, outage, namespace, path, from, to, since, at, causes, consequences };
}

const leaf = { kind: 'process' };
const document = {
  access_tokens: ['a-token-that-is-long-enough-to-be-one'],
  checks: { celery: { ping: leaf, queue: leaf }, orders: leaf, cache: leaf },
};

/** The tree of checks that the notices tell of: `celery/ping`, `celery/queue`, `orders`, `cache`. */
export async function shopRoot() {
  return parseNamespace('shop', JSON.stringify(document));
}

/** @throws Error if the target has a mistake. */
export async function targetOf(item: Item): Promise<Target> {
  const { targets, problems } = await readTargets([item], await shopRoot());
  const [target] = targets;
  if (target === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  return target;
}

export function contextUntil(signal: AbortSignal = new AbortController().signal): SendContext {
  return { signal, now: () => NOW };
}
