import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { within } from '../../engine/deadline.ts';
import { ConfigurationError, seconds, TimeoutError, UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { partKeys, tlsKeys } from '../../clients/server-keys.ts';
import { clickhouseMistake, clickhouseTarget, select } from '../../clients/sql/clickhouse.ts';
import { addressIn } from '../../clients/url.ts';
import { clickhouseDialect } from '../../clients/dialects/clickhouse.ts';
import { clickhouse } from '../data/clickhouse.ts';
import { defineKind } from '../kind.ts';
import type { ConfigOf } from '../kind.ts';
import { describe, text } from '../../clients/keys.ts';
import { findLoss } from './event-pipeline-hops.ts';
import { busKey, named, openEventBridge, regionKey } from '../../clients/aws/eventbridge.ts';
import type { EventBridge } from '../../clients/aws/eventbridge.ts';

/** Both look like ClickHouse's own parameters, which old servers do not support. */
const BARE_ID = /\{id\}/g;
const QUOTED_ID = /\{id:(?:String|UUID)\}/g;

export const eventPipeline = defineKind({
  kind: 'event_pipeline',
  works:
    'an event with a unique id, put on the bus, arrives in ClickHouse; if not, the message names the hop that lost it',
  couldPass:
    'events of other sources or types that the rule loses, and a part of the events that is lost, since one is sent',
  dialects: [clickhouseDialect],
  keys: {
    bus: busKey,
    source: describe(text(), 'Source of the event, as the rule expects it.', 'shop'),
    detail_type: describe(text(), 'Detail type of the event, as the rule expects it.', 'Order Placed'),
    rule: describe(text(), 'Name of the rule that the event must match.', 'to-history'),
    connection: describe(text(), 'Name of the connection of the API destination.', 'history'),
    destination: describe(text(), 'Name of the API destination that the rule must have as a target.', 'history'),
    clickhouse: describe(
      v.strictObject({
        url: clickhouse.keys.url,
        ...partKeys,
        query: describe(
          v.pipe(text(), v.regex(/\{id(:(String|UUID))?\}/, "must compare with the event's id: '{id}' or {id:String}")),
          "A SELECT without FORMAT that finds the event by detail.healthgate.id: '{id}' in quotes, or {id:String}. " +
            'A row means that it arrived. A single 0 does not count as one, so that count() works as well.',
          "SELECT 1 FROM events WHERE id = '{id}'",
        ),
        ...tlsKeys,
      }),
      'The ClickHouse in which the event must arrive.',
      { url: 'http://user:password@clickhouse.example:8123/shop', query: "SELECT 1 FROM events WHERE id = '{id}'" },
    ),
    region: regionKey,
  },
  mistake: ({ clickhouse: server }) => {
    const problem = clickhouseMistake(server);
    return problem && { ...problem, path: `clickhouse.${problem.path}` };
  },
  figures: { latency: { label: 'time from the bus to ClickHouse', unit: 'seconds', sort: 'number' } },
  needs: ({ clickhouse }) => ['eventbridge', addressIn(clickhouseTarget(clickhouse))],
  target: ({ bus, rule }) => `event pipeline of ${named.rule(rule, bus)}`,
  async check(config, context) {
    const end = performance.now() + context.limitMs;
    const reserveMs = Math.min(MAX_RESERVE_MS, context.limitMs * RESERVE);
    const left = (leaveMs: number) => Math.max(0, end - performance.now() - leaveMs);
    const arrival = watchFor(config, context);

    // Before the event is put, so that events do not pile up while ClickHouse does not answer.
    if (await arrival.isThere(context.signal))
      throw new ConfigurationError(
        `${arrival.target}: the query finds an event that was never put; make it compare with {id}`,
      );
    context.reached(addressIn(arrival.target));
    const events = await openEventBridge(config.region, context);
    const event = await putEvent(config, arrival.id, events, context.signal);
    const putAt = performance.now();
    context.reached('eventbridge');
    if (await arrival.comesWithin(left(reserveMs))) {
      context.observe({ latency: (performance.now() - putAt) / 1000 });
      return;
    }

    const loss = await findLoss(config, event, events, left(reserveMs / 5), context.signal);
    // The event may only be late, and a hop that fails now may have worked then.
    if (await arrival.comesWithin(loss.isFound ? 0 : left(reserveMs / 10))) return;
    throw new UnhealthyError(
      `the event did not arrive in ${arrival.target} within ${seconds(context.limitMs)} s: ${loss.text}`,
    );
  },
});

/** The share of the limit that is reserved for finding the hop that lost the event. */
const RESERVE = 0.35;
const MAX_RESERVE_MS = 3000;

const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 500;

type Config = ConfigOf<typeof eventPipeline>;

/** The stages of each query would hide that the check is waiting. */
const quiet = (): void => undefined;

function watchFor({ clickhouse: table }: Config, context: CheckContext) {
  // Only hexadecimal digits and hyphens: nothing that could end an SQL string.
  const id = randomUUID();
  const query = table.query.replace(QUOTED_ID, `'${id}'`).replace(BARE_ID, id);
  const target = clickhouseTarget(table);
  const isThere = async (signal: AbortSignal): Promise<boolean> => {
    context.stage('looking for the event', `while looking for the event in ${target}`);
    return isFound(await select({ ...table, query }, quiet, signal));
  };
  const polled = async (signal: AbortSignal): Promise<true> => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)) {
      await pause(pauseMs, undefined, { signal });
      if (await isThere(signal)) return true;
    }
  };
  return {
    id,
    target,
    isThere,
    /** Asks repeatedly, and once more at the end: if ClickHouse stopped answering, the event may be there. */
    comesWithin: async (limitMs: number): Promise<boolean> => {
      try {
        return await within({ limitMs, signal: context.signal, from: target }, polled);
      } catch (error) {
        if (!(error instanceof TimeoutError) || context.signal.aborted) throw error;
        return isThere(context.signal);
      }
    },
  };
}

/** Whether there is a row. A single row with a single 0, as `SELECT count()` returns it, does not count. */
export function isFound(rows: readonly unknown[]): boolean {
  const [first] = rows;
  const isZero = rows.length === 1 && Array.isArray(first) && first.length === 1 && String(first[0]) === '0';
  return rows.length > 0 && !isZero;
}

async function putEvent(config: Config, id: string, events: EventBridge, signal: AbortSignal) {
  const event = {
    EventBusName: config.bus,
    Source: config.source,
    DetailType: config.detail_type,
    // Receivers recognise the event by this mark, and drop it or let it expire.
    Detail: JSON.stringify({ healthgate: { check: true, id } }),
  };
  const { EventId, ErrorCode } = await events.putEvent(event, signal);
  if (EventId === undefined) {
    const code = /^\w{1,60}$/.test(ErrorCode ?? '') ? `: ${String(ErrorCode)}` : '';
    throw new UnhealthyError(
      `${named.bus(config.bus)} refused the event${code}; may this service put events with its source there?`,
    );
  }
  return { ...event, EventId };
}
