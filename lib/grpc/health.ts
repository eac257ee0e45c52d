/** `grpc.health.v1.Health`: each path of a group or a check is a service, and "" is the whole. */
import { status } from '@grpc/grpc-js';
import type { ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { mayExist } from '../document/walk.ts';
import { namesOf } from '../engine/tree.ts';
import { admitted, exhausted, patienceOf, refusalOf, Refused, unary, unauthenticated } from './answer.ts';
import { openedBy } from './access.ts';
import type { Services } from './dry-run.ts';
import { statusesOf, statusOf } from './status.ts';
import type { Status } from './status.ts';
import type { Watches } from './watches.ts';

/** Characters of all names in the answer to `List`. Clients take at most 4 MiB unless they are told otherwise. */
const MAX_LISTED = 1024 * 1024;

interface Asked {
  readonly service: string;
}

interface Answered {
  readonly status: Status;
}

interface Listed {
  readonly statuses: Readonly<Record<string, Answered>>;
}

/** What a watcher is told at its end. Clients ask again where the service is unavailable. */
const ENDS = {
  refused: unauthenticated,
  stopped: () => new Refused(status.UNAVAILABLE, 'the service stops'),
} as const;

type Watching = ServerWritableStream<Asked, Answered>;

export function healthHandlers(services: Services, watches: Watches): UntypedServiceImplementation {
  const { reporter, log } = services;
  return {
    Check: unary<Asked, Answered>(log, async (call) => {
      const opened = await admitted(call.metadata, services);
      const part = partOf(call.request);
      const shared = await reporter.share(opened.namespace, { part, ...patienceOf(call, opened) });
      if (shared === undefined) throw new Refused(status.NOT_FOUND, 'unknown service');
      return { status: statusOf(shared.report.verdict) };
    }),

    List: unary<object, Listed>(log, async (call) => {
      const opened = await admitted(call.metadata, services);
      const shared = await reporter.share(opened.namespace, patienceOf(call, opened));
      const statuses = [...(shared === undefined ? [] : statusesOf(shared.report))];
      const length = statuses.reduce((sum, [name]) => sum + name.length, 0);
      if (length > MAX_LISTED) throw new Refused(status.RESOURCE_EXHAUSTED, 'too many services to list');
      return { statuses: Object.fromEntries(statuses.map(([name, known]) => [name, { status: known }])) };
    }),

    Watch(call: Watching) {
      call.on('error', () => undefined);
      watch(call, services, watches).catch((error: unknown) => {
        call.emit('error', refusalOf(error, log));
      });
    },
  };
}

/** @throws Refused for what no document can have: a listener keeps it, and there may be thousands. */
function partOf({ service }: Asked): string[] {
  const part = namesOf(service);
  if (!mayExist(part)) throw new Refused(status.INVALID_ARGUMENT, 'no path is as long as this service');
  return part;
}

async function watch(call: Watching, services: Services, watches: Watches): Promise<void> {
  const { namespace } = await admitted(call.metadata, services);
  if (call.cancelled) return;
  const end = watches.add({
    namespace,
    part: partOf(call.request),
    mayStay: async () => (await openedBy(call.metadata, services))?.namespace.name === namespace.name,
    tell: latestOnly(call),
    end(reason) {
      call.emit('error', ENDS[reason]());
      end?.();
    },
  });
  if (end === undefined) throw exhausted('too many are watching');
  call.once('cancelled', end);
}

/** Writes to a caller that reads. To one that reads slowly, only the last status is written, when it has read. */
function latestOnly(call: Watching): (status: Status) => void {
  let waiting: Status | undefined;
  call.on('drain', () => {
    const last = waiting;
    waiting = undefined;
    if (last !== undefined) call.write({ status: last });
  });
  return (status) => {
    if (call.writableNeedDrain) waiting = status;
    else call.write({ status });
  };
}
