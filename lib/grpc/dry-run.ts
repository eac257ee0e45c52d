/** `jina.JinaGatewayDryRunRPC/dry_run`: the whole as a Flow of Jina answers, so that its clients can ask for it. */
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { Report } from '../engine/types.ts';
import { summaryOf } from '../formats/summary.ts';
import { statusText } from '../formats/words.ts';
import type { Reporter } from '../reporter.ts';
import type { Log } from '../log.ts';
import { admitted, patienceOf, unary } from './answer.ts';
import type { Gate } from './access.ts';

interface StatusProto {
  readonly code: 'SUCCESS' | 'ERROR';
  readonly description: string;
  readonly exception: {
    readonly name: string;
    readonly args: readonly string[];
    readonly stacks: readonly string[];
    readonly executor: string;
  } | null;
}

export interface Services extends Gate {
  readonly reporter: Pick<Reporter, 'share'>;
  readonly log: Log;
}

export function dryRunHandlers(services: Services): UntypedServiceImplementation {
  const { reporter, log } = services;
  return {
    dry_run: unary<object, StatusProto>(log, async (call) => {
      const opened = await admitted(call.metadata, services);
      const shared = await reporter.share(opened.namespace, patienceOf(call, opened));
      if (shared === undefined) throw new Error('the whole tree is always there');
      return statusProto(opened.summary ? summaryOf(shared.report) : shared.report);
    }),
  };
}

/** Jina tells one exception. Ours is that of a check that fails by itself, with its path as the executor. */
export function statusProto({ verdict, result }: Report): StatusProto {
  const failing = resultsOf(result).filter((check) => check.verdict === 'failing');
  const cause = failing.find(({ causes }) => causes.length === 0) ?? failing[0];
  if (verdict !== 'failing' || cause?.error === undefined) return { code: 'SUCCESS', description: '', exception: null };
  const { code: name, message } = cause.error;
  const executor = pathKey(cause.path);
  const text = statusText(cause);
  // In the summary, the class of the error is all there is.
  if (message === '')
    return { code: 'ERROR', description: text, exception: { name, args: [], stacks: [], executor: '' } };
  return {
    code: 'ERROR',
    description: `${executor}: ${text}`,
    exception: { name, args: [message], stacks: [], executor },
  };
}
