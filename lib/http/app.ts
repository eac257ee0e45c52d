/** The endpoint: the first route that knows the path answers the request. */
import { randomBytes } from 'node:crypto';
import { CheckError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Reporter } from '../reporter.ts';
import type { Vault } from '../vault/vault.ts';
import type { Request, Response } from './messages.ts';
import { notFound, unavailable, unforeseen } from './responses.ts';
import { routes } from './routes/index.ts';

/** Answers requests. Never rejects. Keeps what it read from the vault, and keeps reports while they are shared. */
export type App = (request: Request) => Promise<Response>;

export function createApp({ vault, log }: { readonly vault: Vault; readonly log: Log }): App {
  const services = { vault, log, reporter: new Reporter(vault, log) };

  const answer = async (request: Request): Promise<Response> => {
    for (const route of routes) {
      const response = route(request, services);
      if (response !== undefined) return response;
    }
    return notFound();
  };

  return async (request) => {
    try {
      const response = await answer(request);
      return request.method === 'HEAD' ? { ...response, body: '' } : response;
    } catch (error) {
      if (error instanceof CheckError) {
        log.error('the vault cannot be read, so a request is answered with 503', { error });
        return unavailable();
      }
      log.error('a request failed in an unforeseen way', { id: randomBytes(4).toString('hex'), error });
      return unforeseen();
    }
  };
}
