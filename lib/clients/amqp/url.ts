/** The URLs of brokers: one, or several that are separated by semicolons, as in Celery. */
import { amqpDialect } from '../dialects/amqp.ts';
import type { Server } from '../dialects/draft.ts';
import { UrlMistake } from '../dialects/mistake.ts';
import { readUrl } from '../dialects/read.ts';
import type { Problem } from '../../problem.ts';
import { onceFor, problemIn, readServer, urlWithout } from '../dialects/server.ts';
import type { ServerKeys } from '../dialects/server.ts';
import { certificateMistake } from '../server-keys.ts';
import type { ServerConfig } from '../server-keys.ts';

/** A string that is a usable URL of a broker, or several. */
export function brokerUrl() {
  return urlWithout(brokersIn);
}

/** The brokers of a check's configuration, read once. */
export const brokersOf = onceFor((config: ServerKeys): readonly Server[] => {
  const isList = config.url !== undefined && brokersIn(config.url).length > 1;
  if (!isList) return [readServer(config, amqpDialect)];
  const part = PARTS.find((key) => config[key] !== undefined);
  if (part !== undefined) throw new UrlMistake(`has several brokers, so the key ${part} is ambiguous; leave it out`);
  return brokersIn(config.url ?? '');
});

const PARTS = ['host', 'port', 'user', 'password', 'database', 'tls'] as const;

/** What is wrong with the keys that say which broker it is, taken together. */
export function brokerMistake(config: ServerConfig): Problem | undefined {
  const problem = problemIn(() => brokersOf(config));
  return (
    problem ??
    certificateMistake(
      config,
      brokersOf(config).some(({ tls = 'off' }) => tls !== 'off'),
    )
  );
}

/** The brokers, at least one. @throws UrlMistake */
export function brokersIn(url: string): readonly Server[] {
  const [first = '', ...rest] = url.split(/;\s*(?=[a-z+]+:\/\/)/i);
  return [first, ...rest].map((text, index) => {
    try {
      return readUrl(text, amqpDialect).finished();
    } catch (error) {
      if (!(error instanceof UrlMistake) || rest.length === 0) throw error;
      throw new UrlMistake(`URL ${index + 1} of ${rest.length + 1}: ${error.message}`);
    }
  });
}
