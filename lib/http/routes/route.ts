import type { HistoryReader } from '../../history/view.ts';
import type { Log } from '../../log.ts';
import type { Reporter } from '../../reporter.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Request, Response } from '../messages.ts';

/** What routes use to answer. */
export interface Services {
  readonly vault: Vault;
  readonly reporter: Pick<Reporter, 'share'>;
  readonly log: Log;
  /** Where what was recorded is read, if the deployment records. */
  readonly history?: HistoryReader | undefined;
  /** The namespace whose summary everybody may see. */
  readonly publicNamespace?: string | undefined;
}

/** Answers a request, or has no answer if the path belongs to another route. */
export type Route = (request: Request, services: Services) => Promise<Response | undefined> | undefined;
