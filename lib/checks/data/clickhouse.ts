import * as v from 'valibot';
import { describe, text } from '../../clients/keys.ts';
import { clickhouseMistake, clickhouseTarget, clickhouseUrl, select } from '../../clients/sql/clickhouse.ts';
import { partKeys, tlsKeys } from '../../clients/server-keys.ts';
import { addressIn } from '../../clients/url.ts';
import { answered } from '../../engine/connections.ts';
import { defineKind } from '../kind.ts';
import { clickhouseDialect } from '../../clients/dialects/clickhouse.ts';

export const clickhouse = defineKind({
  kind: 'clickhouse',
  works: 'an authenticated SELECT answers',
  couldPass:
    'with the query that is preset, a database without tables, and refused inserts; any query that finds no rows',
  dialects: [clickhouseDialect],
  example: ['url'],
  keys: {
    url: v.optional(
      describe(
        clickhouseUrl(),
        'http://user:password@host:8123/database (https:// for TLS), optionally with parameters.',
        'http://user:password@clickhouse.example:8123/shop',
      ),
    ),
    ...partKeys,
    query: v.optional(
      describe(text(), 'A SELECT without FORMAT; any answer will do.', 'SELECT 1 FROM orders LIMIT 1'),
      'SELECT 1',
    ),
    ...tlsKeys,
  },
  figures: { latency: { label: 'time of the query', unit: 'seconds', sort: 'number' } },
  mistake: clickhouseMistake,
  target: clickhouseTarget,
  needs: (config) => [addressIn(clickhouseTarget(config))],
  async check(config, context) {
    const key = JSON.stringify(['clickhouse', config]);
    context.stage('query');
    const start = performance.now();
    await context.share(key, async (signal) => answered(await select(config, context.stage, signal)));
    context.observe({ latency: (performance.now() - start) / 1000 });
  },
});
