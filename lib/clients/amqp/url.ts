/** The URLs of brokers: one, or several that are separated by semicolons, as in Celery. */
import { amqpDialect } from '../dialects/amqp.ts';
import type { Server } from '../dialects/draft.ts';
import { UrlMistake } from '../dialects/mistake.ts';
import { readUrl } from '../dialects/read.ts';
import { urlWithout } from '../dialects/server.ts';

/** A string that is a usable URL of a broker, or several. */
export function brokerUrl() {
  return urlWithout(brokersIn);
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
