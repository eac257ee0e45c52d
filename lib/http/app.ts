/** The endpoint: the first route that knows the path answers the request. */
import { randomBytes } from 'node:crypto';
import type { OnRun } from '../engine/types.ts';
import { CheckError, TooManyRuns } from '../errors.ts';
import type { HistoryReader } from '../history/view.ts';
import type { Log } from '../log.ts';
import type { Reporter } from '../reporter.ts';
import type { Vault } from '../vault/vault.ts';
import type { Origins } from './cors.ts';
import type { Request, Response } from './messages.ts';
import { busy, notFound, unavailable, unforeseen } from './responses.ts';
import { routes } from './routes/index.ts';

/** Answers requests. Never rejects. Keeps what it read from the vault, and keeps reports while they are shared. */
export type App = (request: Request) => Promise<Response>;

/** What a deployment may set. */
export interface AppOptions {
  /** What may stand before every path: `/ops`, without a slash at the end. */
  readonly basePath?: string | undefined;
  /** The origins whose pages may read answers. */
  readonly corsOrigins?: Origins | undefined;
  /** The namespace whose summary everybody may see, without a token. */
  readonly publicNamespace?: string | undefined;
  /** Where what was recorded is read. Formats show it where it is there. */
  readonly history?: HistoryReader | undefined;
  /** How many requests are answered concurrently. Those beyond are asked to come back. */
  readonly maxRequests?: number | undefined;
}

interface AppParts extends AppOptions {
  readonly onRun?: OnRun | undefined;
  /** Where its reports come from, if others share them: then whoever made it is told of runs. */
  readonly reporter?: Pick<Reporter, 'share'> | undefined;
  readonly vault: Vault;
  readonly log: Log;
}

export function createApp(parts: AppParts): App {
  const { vault, log, onRun, basePath = '', corsOrigins, publicNamespace, history, maxRequests = Infinity } = parts;
  // Loaded with the first report that is asked for: the answer to a wrong token needs none.
  let reporter: Promise<Pick<Reporter, 'share'>> | undefined = parts.reporter && Promise.resolve(parts.reporter);
  const load = () => (reporter ??= import('../reporter.ts').then((module) => new module.Reporter(vault, log, onRun)));
  const share: Reporter['share'] = async (...asked) => (await load()).share(...asked);
  const services = { vault, log, reporter: { share }, publicNamespace, history };
  let underWay = 0;

  const route = async (request: Request): Promise<Response> => {
    for (const path of pathsOf(request.path, basePath)) {
      for (const answer of routes) {
        const response = await answer({ ...request, path }, services);
        if (response !== undefined) return response;
      }
    }
    return notFound();
  };

  const answer = async (request: Request): Promise<Response> => {
    if (underWay >= maxRequests) return busy();
    underWay += 1;
    try {
      return await route(request);
    } catch (error) {
      if (error instanceof TooManyRuns) return busy();
      if (error instanceof CheckError) {
        log.error('the vault cannot be read, so a request is answered with 503', { error });
        return unavailable();
      }
      log.error('a request failed in an unforeseen way', { id: randomBytes(4).toString('hex'), error });
      return unforeseen();
    } finally {
      underWay -= 1;
    }
  };

  return async (request) => {
    const cors = corsOrigins && (await import('./cors.ts')).cors(corsOrigins, request);
    const response = cors?.preflight ?? (await answer(request));
    const body = request.method === 'HEAD' ? '' : response.body;
    return { ...response, ...cors?.readable(response), body };
  };
}

/**
 * The paths to look for: without the base path, where the path begins with it, and as it came. The latter because API
 * Gateway may have cut off the base path itself, and what is left may look like it: `/api/health/` with `/api`.
 */
function pathsOf(path: string, basePath: string): readonly string[] {
  if (basePath === '' || !`${path}/`.startsWith(`${basePath}/`)) return [path];
  return [path.slice(basePath.length) || '/', path];
}
