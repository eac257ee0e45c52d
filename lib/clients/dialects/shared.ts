/** Parameters that several dialects have in common. */
import { harmless, honoured, oneOf, refused } from './dialect.ts';
import type { Parameter } from './dialect.ts';

/** User, password and database as parameters, which JDBC and some others prefer. */
export function login(database: string): Parameter[] {
  return [
    honoured('user username', 'the user; counts more than the one before the host', (value, draft) => {
      draft.user = value;
    }),
    honoured('password', 'the password; counts more than the one before the host', (value, draft) => {
      draft.password = value;
    }),
    honoured(database, 'counts more than the path', (value, draft) => {
      draft.database = value;
    }),
  ];
}

/** A check has its own timeout. */
export const timeouts: readonly Parameter[] = [
  harmless(
    'timeout connect_timeout connection_timeout login_timeout read_timeout write_timeout socket_timeout ' +
      'socket_connect_timeout command_timeout query_timeout cancelSignalTimeout acquireTimeout ' +
      'connectionTimeoutMillis',
    "the check's own timeout counts",
  ),
];

/** Each check opens one connection of its own. */
export const pool: readonly Parameter[] = [
  harmless(
    'pool pool_size pool_timeout pool_recycle pool_pre_ping max_overflow connection_limit max_connections ' +
      'min_connections pool_max_conns pool_min_conns pool_max_conn_lifetime pool_max_conn_idle_time ' +
      'pool_health_check_period checkout_timeout reaping_frequency conn_max_age conn_health_checks idle_timeout ' +
      'maxPoolSize minPoolSize queueLimit waitForConnections autoReconnect reconnect retry_on_timeout max_retries',
    'each check opens one connection of its own',
  ),
];

const VERSIONS = { tlsv1: 'TLSv1', 'tlsv1.1': 'TLSv1.1', 'tlsv1.2': 'TLSv1.2', 'tlsv1.3': 'TLSv1.3' };

/** The oldest and the newest version of TLS. */
export function tlsVersions(oldest: string, newest: string): Parameter[] {
  return [
    honoured(oldest, 'the oldest version of TLS, such as TLSv1.2', (value, draft) => {
      draft.options.minVersion = oneOf(VERSIONS, value);
    }),
    honoured(newest, 'the newest version of TLS', (value, draft) => {
      draft.options.maxVersion = oneOf(VERSIONS, value);
    }),
  ];
}

/** Files of certificates. */
export function files(authorities: string, certificates: string): Parameter[] {
  return [
    refused(authorities, 'files are not read: put the PEM of the certificate authority into the key ca'),
    refused(certificates, 'files are not read: put the PEM into the keys cert and key'),
  ];
}
