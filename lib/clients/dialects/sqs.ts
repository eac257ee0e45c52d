/** URLs of SQS, as Celery writes them: https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/sqs.html */
import { harmless, refused } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { UrlMistake } from './mistake.ts';
import { pool, timeouts } from './shared.ts';

export const sqsDialect: Dialect = {
  schemes: { sqs: { port: 80 } },
  ports: [80, 443],
  example: 'sqs://',
  isHostList: false,
  path: (path) => {
    if (/[^/]/.test(path)) throw new UrlMistake('has a path, which means nothing to SQS: leave it out');
  },
  parameters: [
    refused('region region_name', 'write it into the key region'),
    refused('queue_name_prefix queue_prefix', 'write it into the key queue_prefix'),
    refused('endpoint endpoint_url is_secure ssl port', 'write the whole URL, https://…, into the key endpoint'),
    refused('predefined_queues predefined_exchanges', 'write the name of the queue into the key queue'),
    refused('sts_role_arn sts_token_timeout session_token', 'the role of the process is used'),
    refused('userid password', 'write them before the @: sqs://KEY:SECRET@'),
    harmless('visibility_timeout polling_interval wait_time_seconds heartbeat transport', 'they concern only workers'),
    ...timeouts,
    ...pool,
  ],
  finish: ({ hosts: [place], user = '', password = '' }) => {
    if (place !== undefined && /\.amazonaws\.com(?:\.cn)?$/i.test(place.host))
      throw new UrlMistake(
        "names AWS's own host, which Celery calls without TLS: leave it out, and set the key region",
      );
    if ((user === '') !== (password === ''))
      throw new UrlMistake('has only one half of an access key; before the @, expected KEY:SECRET, or nothing');
  },
};
