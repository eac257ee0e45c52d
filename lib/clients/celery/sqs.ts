/**
 * SQS as Celery's broker: https://docs.celeryq.dev/projects/kombu/en/stable/ (transport.SQS). Messages only go to
 * workers: there is no remote control, and results come back by other ways.
 */
import * as v from 'valibot';
import type { Problem } from '../../problem.ts';
import { UnhealthyError } from '../../errors.ts';
import { openSqs } from '../aws/sqs.ts';
import type { QueueCounts, Sqs, SqsConfig } from '../aws/sqs.ts';
import { hostText } from '../dialects/draft.ts';
import { UrlMistake } from '../dialects/mistake.ts';
import { readUrl } from '../dialects/read.ts';
import { onceFor, problemIn, urlWithout } from '../dialects/server.ts';
import { sqsDialect } from '../dialects/sqs.ts';
import { describe, httpUrl, text } from '../keys.ts';
import { certificateMistake } from '../server-keys.ts';
import { hostOf } from '../url.ts';
import type { Broker, CeleryConfig, ConnectContext, Go, QueueState, Trace, Transport } from './broker.ts';
import { canaryEnvelope } from './envelope.ts';
import type { Canary } from './messages.ts';

/** The keys of a check whose broker may be SQS. */
export const sqsKeys = {
  region: v.optional(describe(text(), "SQS: its region; the process's own unless set.", 'eu-central-1')),
  endpoint: v.optional(describe(httpUrl(), 'SQS: address of another service that speaks SQS.', 'https://sqs.example')),
  queue_prefix: v.optional(
    describe(text(), 'SQS: the queue_name_prefix, which precedes the names of all queues.', 'shop-'),
  ),
};

/** A URL of SQS. */
export function sqsUrl() {
  return urlWithout((text) => readUrl(text, sqsDialect));
}

export const sqs: Transport = {
  title: 'SQS',
  isTwoWay: false,
  target: nameOf,
  needs: (config) => [addressOf(config).place ?? 'sqs'],
  mistake: (config) =>
    problemIn(() => addressOf(config)) ?? uselessKey(config) ?? certificateMistake(config, isTls(config)),
  connect: async (config, context) => new SqsBroker(config, await openSqs(addressOf(config), context), context),
};

const addressOf = onceFor((config: CeleryConfig): SqsConfig => {
  const { region, endpoint, ca, cert, key } = config;
  const draft = readUrl(config.url, sqsDialect);
  const [host] = draft.hosts;
  const { user = draft.user ?? '', password = draft.password ?? '' } = config;
  if ((user === '') !== (password === ''))
    throw new UrlMistake('is given only one half of an access key: user and password belong together');
  if (host !== undefined && endpoint !== undefined)
    throw new UrlMistake('names a host, and so does the key endpoint: leave the host out, as in sqs://');
  // Celery speaks plain HTTP to a host in its URL.
  const service = host === undefined ? endpoint : `http://${hostText(host)}`;
  return {
    region,
    endpoint: service,
    ca,
    cert,
    key,
    credentials: user === '' ? undefined : { accessKeyId: user, secretAccessKey: password },
    place: service === undefined ? undefined : hostOf(service, service.startsWith('https:') ? 443 : 80),
  };
});

/** AWS's own service speaks nothing else. */
function isTls(config: CeleryConfig): boolean {
  return addressOf(config).endpoint?.startsWith('https:') ?? true;
}

function nameOf(config: CeleryConfig): string {
  const { place } = addressOf(config);
  return place === undefined ? 'sqs' : `sqs ${place}`;
}

/** The key `endpoint` says where another SQS is; the URL and its user and password say the rest. */
const USELESS = ['host', 'port', 'database', 'tls'] as const;

function uselessKey(config: CeleryConfig): Problem | undefined {
  const path = USELESS.find((key) => config[key] !== undefined);
  return path === undefined ? undefined : { path, message: 'means nothing to SQS; endpoint names another service' };
}

/**
 * The name that a queue of Celery has in SQS, as kombu makes it: dots become hyphens, and all other ASCII punctuation
 * becomes underscores. The ending of a FIFO queue stays.
 */
export function sqsName(queue: string, prefix = ''): string {
  const [, name = '', ending = ''] = /^(.*?)(\.fifo)?$/s.exec(prefix + queue) ?? [];
  return name.replaceAll('.', '-').replace(/[!-/:-@[-`{-~]/g, (sign) => (sign === '-' ? '-' : '_')) + ending;
}

class SqsBroker implements Broker {
  readonly name: string;
  readonly key: string;
  readonly #config: CeleryConfig;
  readonly #sqs: Sqs;
  readonly #context: ConnectContext;
  readonly #sent = new Set<Canary>();

  constructor(config: CeleryConfig, client: Sqs, context: ConnectContext) {
    this.name = nameOf(config);
    this.key = JSON.stringify([client.key, config.queue_prefix]);
    this.#config = config;
    this.#sqs = client;
    this.#context = context;
  }

  async inspect(queue: string, signal: AbortSignal): Promise<QueueState> {
    return { depth: (await this.#count(queue, signal)).waiting };
  }

  async send(canary: Canary, go: Go): Promise<void> {
    await go();
    const message = { body: Buffer.from(canaryEnvelope(canary)).toString('base64'), id: canary.message.correlationId };
    this.#sent.add(canary);
    await this.#sqs.send(this.#nameOf(canary.queue), message, this.#context.signal);
  }

  /**
   * The counts are all that may be asked without harm: whoever receives a message hides it from the workers, and counts
   * as one of the attempts after which it is a dead letter. So the canary stays where it is. A worker drops it.
   */
  async trace(canary: Canary): Promise<Trace> {
    const { queue } = canary;
    if (!this.#sent.has(canary) || this.#context.signal.aborted) return { place: 'neither' };
    const { waiting, taken } = await this.#count(queue, this.#context.signal);
    const figures = `${this.name} has about ${waiting} that wait and ${taken} that workers hold`;
    if (waiting > 0) return { place: 'queue', figures };
    return { place: taken > 0 ? 'worker' : 'neither', figures };
  }

  async #count(queue: string, signal: AbortSignal): Promise<QueueCounts> {
    const name = this.#nameOf(queue);
    const found = await this.#sqs.count(name, signal);
    for (const address of sqs.needs(this.#config)) this.#context.reached(address);
    if (found !== undefined) return found;
    throw new UnhealthyError(
      `queue ${queue} does not exist: ${this.name} has no queue ${name}; are region and queue_prefix right?`,
    );
  }

  #nameOf(queue: string): string {
    return sqsName(queue, this.#config.queue_prefix);
  }
}
