/**
 * URLs of PostgreSQL, as libpq, its wrappers and JDBC write them:
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
import { booleanIn, harmless, honoured, oneOf, only, refused } from './dialect.ts';
import type { Dialect, Parameter } from './dialect.ts';
import type { Draft, TlsMode } from './draft.ts';
import { UrlMistake } from './mistake.ts';
import { decode, hostIn } from './read.ts';
import { login, pool, timeouts, tlsVersions } from './shared.ts';

const PORT = 5432;

/** As libpq interprets them, but optional TLS is off: https://www.postgresql.org/docs/current/libpq-ssl.html */
const SSL_MODES: Readonly<Record<string, TlsMode>> = {
  disable: 'off',
  allow: 'off',
  prefer: 'off',
  require: 'encrypt',
  'no-verify': 'encrypt',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};

const SSL: Readonly<Record<string, TlsMode>> = {
  ...SSL_MODES,
  true: 'verify-full',
  1: 'verify-full',
  false: 'off',
  0: 'off',
};

/** The words of libpq, and those of JDBC, for the server that is wanted. */
const TARGETS = {
  any: 'any',
  'read-write': 'read-write',
  'read-only': 'read-only',
  primary: 'primary',
  standby: 'standby',
  'prefer-standby': 'prefer-standby',
  master: 'primary',
  secondary: 'standby',
  slave: 'standby',
  prefersecondary: 'prefer-standby',
  preferslave: 'prefer-standby',
};

/** A setting of the session, which goes to the server as the option `-c name=value`. */
function setting(names: string, name: string, words: string): Parameter {
  return honoured(names, words, (value, draft) => {
    const escaped = value.replace(/[\\ ]/g, '\\$&');
    draft.options.options = `${draft.options.options ?? ''} -c ${name}=${escaped}`.trim();
  });
}

function option(names: string, name: string, words: string): Parameter {
  return honoured(names, words, (value, draft) => {
    draft.options[name] = value;
  });
}

export const postgresDialect: Dialect = {
  // Django's, PHP's and Elixir's names follow the usual two.
  schemes: Object.fromEntries(
    ['postgres', 'postgresql', 'postgis', 'pgsql', 'ecto'].map((name) => [name, { port: PORT }]),
  ),
  hasDrivers: true,
  ports: [PORT, PORT],
  example: 'postgres:// or postgresql://',
  isHostList: true,
  path: (path, draft) => {
    if (path !== '') draft.database = decode(path);
  },
  parameters: [
    option(
      'host',
      'host',
      'replaces the host: names separated by commas, or the folder of the Unix socket (/var/run/postgresql)',
    ),
    option('port', 'port', 'replaces the port: one for all hosts, or one for each'),
    ...login('dbname database'),
    honoured(
      'sslmode',
      `one of ${Object.keys(SSL_MODES).join(', ')}; allow and prefer connect without TLS`,
      (value, draft) => {
        draft.want('sslmode', oneOf(SSL_MODES, value));
      },
    ),
    honoured('ssl', 'the same, or true (verify-full) or false', (value, draft) => {
      draft.want('ssl', oneOf(SSL, value));
    }),
    honoured('sslaccept', 'strict (verify-full) or accept_invalid_certs', (value, draft) => {
      draft.want('sslaccept', oneOf<TlsMode>({ strict: 'verify-full', accept_invalid_certs: 'encrypt' }, value));
    }),
    honoured('sslrootcert', 'only system: the public certificate authorities, with verify-full', (value, draft) => {
      if (value !== 'system') throw new UrlMistake('is a file, which is not read: put its PEM into the key ca');
      draft.want('sslrootcert', 'verify-full');
    }),
    refused('sslcert sslkey sslpassword sslidentity', 'files are not read: put the PEM into the keys cert and key'),
    refused('sslcrl sslcrldir', 'lists of revoked certificates are not read; leave it out'),
    refused('sslfactory sslfactoryarg sslhostnameverifier sslinline', 'use sslmode, and the keys ca, cert and key'),
    ...tlsVersions('ssl_min_protocol_version', 'ssl_max_protocol_version'),
    only('sslsni', ['1'], 'the name of the host is always sent'),
    only('sslnegotiation', ['postgres'], 'direct TLS is not supported; leave it out'),
    only('sslcompression', ['0'], 'compression is not supported; leave it out'),
    honoured('channel_binding', 'require: the login must be bound to the TLS connection', (value, draft) => {
      draft.options.channel_binding = oneOf({ disable: 'disable', prefer: 'prefer', require: 'require' }, value);
    }),
    only('gssencmode', ['disable', 'prefer'], 'encryption by GSSAPI is not supported; leave it out'),
    refused('krbsrvname gsslib gssdelegation', 'login by Kerberos is not supported'),
    refused('service servicefile passfile', 'files are not read: write host, user and password into the check'),
    refused('require_auth requirepeer requiressl', 'it is not supported; use sslmode'),
    refused('hostaddr', 'write the address as the host'),
    refused('replication', 'a check opens an ordinary session; leave it out'),
    honoured(
      'target_session_attrs targetServerType',
      `which of the hosts: ${Object.keys(TARGETS).slice(0, 6).join(', ')}`,
      (value, draft) => {
        draft.options.target = oneOf(TARGETS, value);
      },
    ),
    only('load_balance_hosts', ['disable', 'false'], 'hosts are tried in their order; leave it out'),
    option('application_name', 'application_name', 'name of the session; healthgate unless set'),
    setting('schema currentSchema search_path', 'search_path', "the session's search_path"),
    ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'].map((name) =>
      setting(name, name, `sets ${name} in the session`),
    ),
    honoured('options', 'options of the session, such as -c search_path=shop', (value, draft) => {
      draft.options.options = `${draft.options.options ?? ''} ${value}`.trim();
    }),
    honoured('readOnly', 'true makes the session read-only', (value, draft) => {
      if (!booleanIn(value)) return;
      draft.options.options = `${draft.options.options ?? ''} -c default_transaction_read_only=on`.trim();
    }),
    ...timeouts,
    ...pool,
    harmless(
      'keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout ' +
        'tcpKeepAlive tcp_keepalives_idle',
      'a session is short',
    ),
    harmless(
      'client_encoding encoding fallback_application_name min_messages stringtype',
      'answers are not interpreted',
    ),
    harmless(
      'prepared_statements prepared_statement_cache_size statement_cache_size statement_cache_capacity ' +
        'statement_cache_mode default_query_exec_mode prepareThreshold preparedStatementCacheQueries ' +
        'preparedStatementCacheSizeMiB preferQueryMode defaultRowFetchSize reWriteBatchedInserts binaryTransfer ' +
        'pgbouncer ' +
        'assumeMinServerVersion uselibpqcompat min_protocol_version max_protocol_version',
      'it changes only how an application sends its queries',
    ),
  ],
  finish: readPlaces,
};

/** As libpq does: what the parameters say counts more, and lists of hosts and ports go together. */
function readPlaces(draft: Draft): void {
  const { host, port } = draft.options;
  delete draft.options.host;
  delete draft.options.port;
  if (host !== undefined) draft.hosts = host.split(',').map((one) => hostIn(encodeURIComponent(one), PORT));
  const ports = port?.split(',') ?? [];
  if (ports.length > 1 && ports.length !== draft.hosts.length)
    throw new UrlMistake('the parameter port must have one port, or one for each host');
  draft.hosts = draft.hosts.map((one, index) => {
    const given = ports[index] ?? ports[0];
    return given === undefined || given === '' ? one : { ...one, port: hostIn(`h:${given}`).port };
  });
}
