/** `jina.JinaGatewayDryRunRPC/dry_run`: the whole as a Flow of Jina answers, so that its clients can ask for it. */
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { dryRunOf } from '../formats/jina.ts';
import type { DryRun } from '../formats/jina.ts';
import { summaryOf } from '../formats/summary.ts';
import type { Reporter } from '../reporter.ts';
import type { Log } from '../log.ts';
import { admitted, patienceOf, unary } from './answer.ts';
import type { Gate } from './access.ts';

export interface Services extends Gate {
  readonly reporter: Pick<Reporter, 'share'>;
  readonly log: Log;
}

export function dryRunHandlers(services: Services): UntypedServiceImplementation {
  const { reporter, log } = services;
  return {
    dry_run: unary<object, DryRun>(log, async (call) => {
      const opened = await admitted(call.metadata, services);
      const shared = await reporter.share(opened.namespace, patienceOf(call, opened));
      if (shared === undefined) throw new Error('the whole tree is always there');
      return dryRunOf(opened.summary ? summaryOf(shared.report) : shared.report);
    }),
  };
}
