import * as v from 'valibot';
import { describe, text } from '../../clients/keys.ts';
import { postgresMistake, postgresTarget, postgresUrl, queryPostgres } from '../../clients/sql/postgres.ts';
import { partKeys, tlsKeys } from '../../clients/server-keys.ts';
import { addressIn } from '../../clients/url.ts';
import { defineKind } from '../kind.ts';
import { postgresDialect } from '../../clients/dialects/postgres.ts';

export const postgres = defineKind({
  kind: 'postgres',
  plays: 'db',
  works: 'a new session answers the query',
  couldPass:
    'with the query that is preset, a database without tables, a replica that lags, and a server that refuses writes',
  dialects: [postgresDialect],
  example: ['url'],
  keys: {
    url: v.optional(
      describe(
        postgresUrl(),
        'postgres://user:password@host:5432/database, optionally with several hosts and parameters.',
        'postgres://user:password@db.example:5432/shop',
      ),
    ),
    ...partKeys,
    query: v.optional(
      describe(text(), 'Query that the session must answer; any answer will do.', 'SELECT 1 FROM orders LIMIT 1'),
      'SELECT 1',
    ),
    ...tlsKeys,
  },
  figures: {
    version: { label: 'server version', unit: '', sort: 'text' },
    role: { label: 'role', unit: '', sort: 'text' },
  },
  mistake: postgresMistake,
  target: postgresTarget,
  needs: (config) => [addressIn(postgresTarget(config))],
  async check(config, context) {
    // A session answers one query after another, so a slow query must not share a session with another one.
    const key = JSON.stringify(['postgres', config]);
    context.stage('connecting', 'while connecting');
    const { version, role } = await context.share(key, (signal) => queryPostgres(config, context, signal));
    context.observe({ ...(version !== undefined && { version }), ...(role !== undefined && { role }) });
  },
});
