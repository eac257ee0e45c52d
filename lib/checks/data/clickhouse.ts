import * as v from 'valibot';
import { caKey, describe, text } from '../../clients/keys.ts';
import { clickhouseTarget, clickhouseUrl, select } from '../../clients/sql/clickhouse.ts';
import { addressIn } from '../../clients/url.ts';
import { answered } from '../../engine/connections.ts';
import { defineKind } from '../kind.ts';
import { clickhouseDialect } from '../../clients/dialects/clickhouse.ts';

export const clickhouse = defineKind({
  kind: 'clickhouse',
  works: 'an authenticated SELECT answers',
  dialect: clickhouseDialect,
  keys: {
    url: describe(
      clickhouseUrl(),
      'http://user:password@host:8123/database (https:// for TLS), optionally with parameters.',
    ),
    database: v.optional(
      describe(text(), "Database of the query; the one in the URL's path, or the user's default, unless set."),
    ),
    query: v.optional(describe(text(), 'A SELECT without FORMAT; any answer will do.'), 'SELECT 1'),
    ...caKey,
  },
  figures: { latency: { label: 'time of the query', unit: 'seconds', sort: 'number' } },
  target: clickhouseTarget,
  needs: (config) => [addressIn(clickhouseTarget(config))],
  async check(config, context) {
    const { url, ca, database, query } = config;
    const key = JSON.stringify(['clickhouse', url, ca, database, query]);
    context.stage('query');
    const start = performance.now();
    await context.share(key, async (signal) => answered(await select(config, context.stage, signal)));
    context.observe({ latency: (performance.now() - start) / 1000 });
  },
});
