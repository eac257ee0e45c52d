/** URLs of ClickHouse's HTTP interface: https://clickhouse.com/docs/interfaces/http */
import { booleanIn, harmless, honoured, oneOf, refused } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import type { TlsMode } from './draft.ts';
import { UrlMistake } from './mistake.ts';
import { decode } from './read.ts';
import { files, login, pool, timeouts } from './shared.ts';

const HTTP = { port: 80 };
const HTTPS = { port: 443, tls: true };
/** What the clients of other languages use, which know ClickHouse's own ports. */
const OWN = { port: 8123 };

/** Begins the names of the options that are settings of ClickHouse. */
export const SETTING = 'setting:';

export const clickhouseDialect: Dialect = {
  schemes: {
    http: HTTP,
    https: HTTPS,
    'clickhouse+http': OWN,
    'clickhouse+https': { port: 8443, tls: true },
    'clickhouse:http': OWN,
    'clickhouse:https': { port: 8443, tls: true },
    'ch:http': OWN,
    'ch:https': { port: 8443, tls: true },
    clickhousedb: OWN,
    'jdbc:clickhouse': OWN,
    'jdbc:ch': OWN,
  },
  hasDrivers: true,
  ports: [8123, 8443],
  example: 'http:// or https://; the native protocol (port 9000) is not spoken',
  isHostList: false,
  path: (path, draft) => {
    const database = path.replace(/\/$/, '');
    if (database.includes('/'))
      throw new UrlMistake('has a path of several parts; it names the database: write a prefix as ?pathname=/prefix');
    if (database !== '') draft.database = decode(database);
  },
  parameters: [
    ...login('database'),
    honoured('pathname', 'path of the interface behind a proxy: /clickhouse', (value, draft) => {
      draft.options.pathname = value;
    }),
    honoured('role', 'role of the session', (value, draft) => {
      draft.options.role = value;
    }),
    honoured('ssl secure', 'true: TLS, as with https://', (value, draft) => {
      draft.want('ssl', booleanIn(value) ? 'verify-full' : 'off');
    }),
    honoured('sslmode', 'strict, or none (any certificate)', (value, draft) => {
      draft.relax('sslmode', oneOf<TlsMode>({ strict: 'verify-full', none: 'encrypt' }, value));
    }),
    honoured('verify', 'false: any certificate', (value, draft) => {
      if (!booleanIn(value)) draft.relax('verify', 'encrypt');
    }),
    ...files('sslrootcert ca_cert', 'sslcert sslkey client_cert client_cert_key'),
    refused('query', 'write it into the key query'),
    refused('default_format', 'the check reads JSON; leave it out'),
    refused('session_id session_timeout session_check', 'each check has a session of its own'),
    refused('access_token', 'put user and password into the check'),
    ...timeouts,
    ...pool,
    harmless('send_receive_timeout client_name application application_name', 'no answer depends on it'),
    harmless('compress compression enable_http_compression request_timeout keep_alive', 'the answer is short'),
    harmless('protocol', 'it is HTTP'),
  ],
  others: {
    fate: 'honoured',
    words: 'sent as a setting, which ClickHouse itself refuses where it does not know it',
    read: (name, value, draft) => {
      const setting = name.replace(/^(clickhouse_setting_|ch_)/, '');
      if (!/^[a-z]\w*$/.test(setting)) throw new UrlMistake('is not a setting of ClickHouse');
      draft.options[SETTING + setting] = value;
    },
  },
};
