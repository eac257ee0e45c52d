/** URLs of MySQL and MariaDB, as their clients in several languages write them, and JDBC. */
import { booleanIn, harmless, honoured, numberIn, oneOf, only, refused } from './dialect.ts';
import type { Dialect, Parameter } from './dialect.ts';
import type { TlsMode } from './draft.ts';
import { UrlMistake } from './mistake.ts';
import { decode, hostIn } from './read.ts';
import { files, login, pool, timeouts } from './shared.ts';

const PORT = 3306;

/**
 * As MySQL's own clients interpret them, but optional TLS is off:
 * https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode
 */
const SSL_MODES: Readonly<Record<string, TlsMode>> = {
  disabled: 'off',
  preferred: 'off',
  required: 'encrypt',
  verify_ca: 'verify-ca',
  verify_identity: 'verify-full',
  // The words of MariaDB's JDBC driver, of Prisma and of PostgreSQL.
  disable: 'off',
  prefer: 'off',
  trust: 'encrypt',
  require: 'encrypt',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
  false: 'off',
  true: 'verify-full',
};

function mode(names: string, words: string, modes: Readonly<Record<string, TlsMode>>): Parameter {
  return honoured(names, words, (value, draft) => {
    draft.want(names.split(' ')[0] ?? '', oneOf(modes, value));
  });
}

/** A word that asks for TLS of this strength if it is true, and for nothing if it is false. */
function flag(names: string, words: string, wanted: TlsMode): Parameter {
  return honoured(names, words, (value, draft) => {
    if (booleanIn(value)) draft.want(names.split(' ')[0] ?? '', wanted);
  });
}

export const mysqlDialect: Dialect = {
  schemes: { mysql: { port: PORT }, mysql2: { port: PORT }, mariadb: { port: PORT }, trilogy: { port: PORT } },
  hasDrivers: true,
  ports: [PORT, PORT],
  example: 'mysql:// or mariadb://',
  isHostList: true,
  path: (path, draft) => {
    if (path !== '') draft.database = decode(path);
  },
  parameters: [
    honoured('host', 'replaces the host', (value, draft) => {
      draft.hosts = [hostIn(encodeURIComponent(value), draft.hosts[0]?.port ?? PORT)];
    }),
    honoured('port', 'replaces the port', (value, draft) => {
      draft.options.port = String(numberIn(value, 1, 65_535));
    }),
    honoured(
      'socket unix_socket socketPath localSocket',
      'path of the Unix socket, instead of the host',
      (value, draft) => {
        if (!value.startsWith('/')) throw new UrlMistake('must be a path that begins with /');
        draft.options.socket = value;
      },
    ),
    ...login('database db dbname'),
    mode(
      'ssl-mode',
      'disabled, preferred (without TLS), required (any certificate), verify_ca or verify_identity',
      SSL_MODES,
    ),
    honoured(
      'ssl',
      'true (verify_identity), false, a word of ssl-mode, or {"rejectUnauthorized":…}',
      (value, draft) => {
        draft.want('ssl', modeOfJson(value) ?? oneOf(SSL_MODES, value));
      },
    ),
    mode('sslaccept', 'strict (verify_identity) or accept_invalid_certs', {
      strict: 'verify-full',
      accept_invalid_certs: 'encrypt',
    }),
    mode('tls', 'true (verify_identity), skip-verify, preferred (without TLS) or false', {
      true: 'verify-full',
      'skip-verify': 'encrypt',
      preferred: 'off',
      false: 'off',
    }),
    mode('useSSL', 'true: TLS with any certificate, unless another word asks for more', {
      true: 'encrypt',
      false: 'off',
    }),
    flag('requireSSL', 'true: TLS with any certificate, unless another word asks for more', 'encrypt'),
    flag('trustServerCertificate', 'true: TLS with any certificate', 'encrypt'),
    flag('verifyServerCertificate ssl_verify_cert ssl_verify_server_cert', 'true: as verify_ca', 'verify-ca'),
    flag('ssl_verify_identity ssl_check_hostname', 'true: as verify_identity', 'verify-full'),
    honoured('ssl_disabled', 'true: without TLS', (value, draft) => {
      if (booleanIn(value)) draft.want('ssl_disabled', 'off');
    }),
    ...files(
      'ssl_ca ssl_capath sslrootcert serverSslCert trustCertificateKeyStoreUrl tlsCAFile',
      'ssl_cert ssl_key sslidentity sslpassword clientCertificateKeyStoreUrl keyStore',
    ),
    refused('ssl_cipher ssl_crl enabledTLSProtocols tlsVersions tls_version enabledSslProtocolSuites', 'leave it out'),
    refused(
      'auth_plugin default_auth authenticationPlugins serverPubKey serverRSAPublicKeyFile',
      "the server's choice counts",
    ),
    only('allowCleartextPasswords', ['false', '0'], 'a password is never sent in clear text'),
    refused('read_default_file read_default_group defaults_file', 'files are not read: write it into the check'),
    refused('init_command sessionVariables initSql sql_mode', 'a session has the settings of the server'),
    only('createDatabaseIfNotExist', ['false'], 'a check creates no database'),
    honoured(
      'allowMultiQueries multipleStatements multiStatements',
      'true: the query may be several statements',
      (value, draft) => {
        draft.options.multipleStatements = String(booleanIn(value));
      },
    ),
    ...timeouts,
    ...pool,
    harmless('charset collation characterEncoding connectionCollation useUnicode', 'answers are not interpreted'),
    harmless(
      'timezone loc serverTimezone connectionTimeZone zeroDateTimeBehavior dateStrings parseTime tinyInt1isBit ' +
        'supportBigNumbers bigNumberStrings decimalNumbers columnsWithAlias clientFoundRows useLegacyDatetimeCode ' +
        'yearIsDateType jdbcCompliantTruncation nullCatalogMeansCurrent useInformationSchema',
      'answers are not interpreted',
    ),
    harmless(
      'rewriteBatchedStatements cachePrepStmts prepStmtCacheSize prepStmtCacheSqlLimit useServerPrepStmts autocommit ' +
        'interpolateParams maxAllowedPacket compress useCompression statement_cache_size encoding ' +
        'useLocalSessionState cacheServerConfiguration cacheResultSetMetadata elideSetAutoCommits maintainTimeStats ' +
        'allowPublicKeyRetrieval allowNativePasswords checkConnLiveness failOverReadOnly use_pure',
      'it changes only how an application sends its queries',
    ),
    harmless('local_infile allowLoadLocalInfile allowLocalInfile', 'the server never gets a file'),
  ],
  finish: (draft) => {
    const { port, socket } = draft.options;
    delete draft.options.port;
    delete draft.options.socket;
    if (port !== undefined) draft.hosts = draft.hosts.map((host) => ({ ...host, port: Number(port) }));
    if (socket !== undefined) draft.hosts = [{ host: socket, port: 0 }];
  },
};

/** As mysql2 for Node.js writes it: `{"rejectUnauthorized":true}`. */
function modeOfJson(value: string): TlsMode | undefined {
  if (!value.startsWith('{')) return undefined;
  const [, verify] = /^\{\s*(?:"rejectUnauthorized"\s*:\s*(true|false)\s*)?\}$/.exec(value) ?? [, 'other'];
  if (verify === 'other')
    throw new UrlMistake('may hold only rejectUnauthorized: put PEM into the keys ca, cert and key');
  return verify === 'false' ? 'encrypt' : 'verify-full';
}
