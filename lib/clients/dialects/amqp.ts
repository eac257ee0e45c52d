/** URLs of AMQP 0-9-1: https://www.rabbitmq.com/docs/uri-query-parameters, and those of Celery and Pika. */
import { booleanIn, harmless, honoured, numberIn, oneOf, refused } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import type { TlsMode } from './draft.ts';
import { decode } from './read.ts';
import { files, login, pool, timeouts, tlsVersions } from './shared.ts';

const PLAIN = { port: 5672 };
const TLS = { port: 5671, tls: true };

const MECHANISMS = { plain: 'PLAIN', amqplain: 'AMQPLAIN', external: 'EXTERNAL' };

const VERIFY: Readonly<Record<string, TlsMode>> = {
  verify_none: 'encrypt',
  verify_peer: 'verify-full',
  none: 'encrypt',
  required: 'verify-full',
  cert_none: 'encrypt',
  cert_required: 'verify-full',
};

export const amqpDialect: Dialect = {
  schemes: {
    amqp: PLAIN,
    amqps: TLS,
    pyamqp: PLAIN,
    librabbitmq: PLAIN,
    'amqp+ssl': TLS,
    'pyamqp+ssl': TLS,
    pyamqps: TLS,
  },
  ports: [5672, 5671],
  example: 'amqp:// or amqps://',
  isHostList: false,
  path: (path, draft) => {
    if (path !== '') draft.database = decode(path);
  },
  parameters: [
    ...login('vhost virtual_host'),
    honoured(
      'auth_mechanism login_method',
      'plain, amqplain, or external with the keys cert and key',
      (value, draft) => {
        draft.options.mechanism = oneOf(MECHANISMS, value);
      },
    ),
    honoured('frame_max', 'the largest frame in bytes', (value, draft) => {
      draft.options.frameMax = String(value === '0' ? 0 : numberIn(value, 4096, 2 ** 31 - 1));
    }),
    honoured('channel_max', 'the most channels', (value, draft) => {
      draft.options.channelMax = String(numberIn(value, 0, 65_535));
    }),
    honoured('locale', "the language of the broker's messages", (value, draft) => {
      draft.options.locale = value;
    }),
    honoured('connection_name name', 'name of the connection; healthgate unless set', (value, draft) => {
      draft.options.name = value;
    }),
    honoured('ssl', 'true: TLS, as with amqps://', (value, draft) => {
      draft.want('ssl', booleanIn(value) ? 'verify-full' : 'off');
    }),
    honoured('verify ssl_cert_reqs', 'verify_none: any certificate', (value, draft) => {
      draft.relax('verify', oneOf(VERIFY, value));
    }),
    honoured('server_name_indication', 'the name that TLS sends and verifies', (value, draft) => {
      draft.options.servername = value;
    }),
    ...tlsVersions('tls_min_version', 'tls_max_version'),
    ...files('cacertfile ssl_ca_certs ca_certs', 'certfile keyfile password_file ssl_certfile ssl_keyfile'),
    refused('ssl_options depth', 'use amqps://, verify, and the keys ca, cert and key'),
    refused('auth_source', 'write user and password into the check'),
    harmless('heartbeat', 'a check is over before the first beat is due'),
    ...timeouts,
    ...pool,
    harmless(
      'connection_attempts retry_delay blocked_connection_timeout stack_timeout fail_if_no_peer_cert confirm_publish ' +
        'interval_start interval_step interval_max failover_strategy transport_options reconnect_interval',
      'each check connects once',
    ),
  ],
};
