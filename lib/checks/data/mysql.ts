import * as v from 'valibot';
import { describe, text } from '../../clients/keys.ts';
import { mysqlMistake, mysqlTarget, mysqlUrl, queryMysql } from '../../clients/sql/mysql.ts';
import { partKeys, tlsKeys } from '../../clients/server-keys.ts';
import { addressIn } from '../../clients/url.ts';
import { defineKind } from '../kind.ts';
import { mysqlDialect } from '../../clients/dialects/mysql.ts';

export const mysql = defineKind({
  kind: 'mysql',
  plays: 'db',
  works: 'a new session answers the query',
  couldPass:
    'with the query that is preset, a database without tables, a replica that lags, and a server that refuses writes',
  dialects: [mysqlDialect],
  example: ['url'],
  keys: {
    url: v.optional(
      describe(
        mysqlUrl(),
        'mysql://user:password@host:3306/database, optionally with parameters. Also MariaDB.',
        'mysql://user:password@db.example:3306/shop',
      ),
    ),
    ...partKeys,
    query: v.optional(
      describe(text(), 'Query that the session must answer; any answer will do.', 'SELECT 1 FROM orders LIMIT 1'),
      'SELECT 1',
    ),
    ...tlsKeys,
  },
  figures: { version: { label: 'server version', unit: '', sort: 'text' } },
  mistake: mysqlMistake,
  target: mysqlTarget,
  needs: (config) => [addressIn(mysqlTarget(config))],
  async check(config, context) {
    // A session answers one query after another, so a slow query must not share a session with another one.
    const key = JSON.stringify(['mysql', config]);
    context.stage('connecting', 'while connecting');
    const { version } = await context.share(key, (signal) => queryMysql(config, context, signal));
    if (version !== undefined) context.observe({ version });
  },
});
