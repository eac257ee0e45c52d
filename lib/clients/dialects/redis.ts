/** URLs of Redis, as redis-py, Celery, ioredis and Lettuce write them. */
import { booleanIn, harmless, honoured, numberIn, oneOf, only, refused } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import type { TlsMode } from './draft.ts';
import { UrlMistake } from './mistake.ts';
import { decode } from './read.ts';
import { files, login, pool, timeouts, tlsVersions } from './shared.ts';

const PORT = 6379;
const SENTINEL_PORT = 26_379;

const VERIFY: Readonly<Record<string, TlsMode>> = {
  none: 'encrypt',
  cert_none: 'encrypt',
  optional: 'verify-full',
  cert_optional: 'verify-full',
  required: 'verify-full',
  cert_required: 'verify-full',
};

export const redisDialect: Dialect = {
  schemes: {
    redis: { port: PORT },
    rediss: { port: PORT, tls: true },
    valkey: { port: PORT },
    valkeys: { port: PORT, tls: true },
    'redis+sentinel': { port: SENTINEL_PORT },
    'rediss+sentinel': { port: SENTINEL_PORT, tls: true },
    'redis-sentinel': { port: SENTINEL_PORT },
    'rediss-sentinel': { port: SENTINEL_PORT, tls: true },
    'redis+cluster': { port: PORT },
    'rediss+cluster': { port: PORT, tls: true },
    unix: { port: 0, isSocket: true },
    'redis+unix': { port: 0, isSocket: true },
    'redis+socket': { port: 0, isSocket: true },
    'redis-socket': { port: 0, isSocket: true },
  },
  ports: [PORT, PORT],
  example: 'redis:// or rediss://',
  isHostList: true,
  path: (path, draft) => {
    draft.options.path = path.replace(/\/$/, '');
  },
  parameters: [
    ...login('db database virtual_host'),
    honoured(
      'master master_name service_name sentinelMasterId',
      "the sentinels' name for the master",
      (value, draft) => {
        draft.options.master = value;
      },
    ),
    honoured('ssl tls', 'true: TLS, as with rediss://', (value, draft) => {
      draft.want('ssl', booleanIn(value) ? 'verify-full' : 'off');
    }),
    honoured('ssl_cert_reqs verifyPeer', 'none: any certificate', (value, draft) => {
      draft.relax('ssl_cert_reqs', oneOf<TlsMode>({ ...VERIFY, full: 'verify-full', ca: 'verify-ca' }, value));
    }),
    honoured('ssl_check_hostname', 'false: the name in the certificate does not matter', (value, draft) => {
      if (!booleanIn(value)) draft.relax('ssl_check_hostname', 'verify-ca');
    }),
    ...tlsVersions('ssl_min_version', 'ssl_max_version'),
    ...files('ssl_ca_certs ssl_ca_path ssl_ca_data ssl_ca_file', 'ssl_certfile ssl_keyfile ssl_password'),
    refused('ssl_validate_ocsp ssl_validate_ocsp_stapled ssl_ciphers', 'leave it out'),
    honoured('family', '4 or 6: only addresses of that sort; 0: both', (value, draft) => {
      if (!['0', '4', '6'].includes(value)) throw new UrlMistake('must be 0, 4 or 6');
      draft.options.family = String(numberIn(value, 0, 6));
    }),
    honoured('client_name name', 'name of the connection', (value, draft) => {
      if (!/^[\x21-\x7e]+$/.test(value)) throw new UrlMistake('must not contain spaces or line breaks');
      draft.options.clientName = value;
    }),
    only('protocol', ['2', '3'], 'RESP2 is spoken, which every server understands'),
    refused('key_prefix', 'write it into the key key_prefix'),
    refused('readonly read_from_replicas scaleReads', 'the master is checked'),
    refused('credential_provider sentinelPassword sentinelUsername sentinel_kwargs', 'sentinels get the same login'),
    ...timeouts,
    ...pool,
    harmless(
      'socket_keepalive socket_read_size health_check_interval retry_on_error decode_responses encoding ' +
        'encoding_errors ' +
        'max_idle_time skip_full_coverage_check lib_name lib_version lazyConnect enableReadyCheck ' +
        'maxRetriesPerRequest ' +
        'enableOfflineQueue keepAlive noDelay dial_timeout pool_fifo min_idle_conns clientCache visibility_timeout',
      'no answer depends on it',
    ),
  ],
};

/** The segments of a path, decoded. */
export function segmentsOf(path: string): string[] {
  return path === '' ? [] : path.split('/').map(decode);
}
