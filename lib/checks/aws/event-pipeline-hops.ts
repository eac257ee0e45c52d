/** Inspects the hops of an event that did not arrive, and finds the one that must have lost it. */
import type { DescribeApiDestinationResponse, Target } from '@aws-sdk/client-eventbridge';
import { within } from '../../engine/deadline.ts';
import { CheckError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import { send, webTarget } from '../../clients/http/request.ts';
import { connectionFault, destinationFault, named, ruleFault } from '../../clients/aws/eventbridge.ts';
import type { EventBridge } from '../../clients/aws/eventbridge.ts';

export interface Way {
  readonly bus: string;
  readonly rule: string;
  readonly connection: string;
  readonly destination: string;
}

/** An event as it was put on the bus. */
export interface PutEvent {
  readonly EventId: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

export interface Loss {
  /** Whether a broken hop was found. */
  readonly isFound: boolean;
  /** The first broken hop and its fault, and the hops that could not be inspected. */
  readonly text: string;
}

/** What is wrong with a hop, or undefined. */
type Fault = string | undefined;

/** Inspects something; gives up when the time is up or the run is aborted. */
type Look = <T>(target: string, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Inspects all hops concurrently.
 *
 * @param limitMs Milliseconds for all of them together.
 */
export async function findLoss(
  way: Way,
  event: PutEvent,
  events: EventBridge,
  limitMs: number,
  outer: AbortSignal,
): Promise<Loss> {
  const end = performance.now() + limitMs;
  const look: Look = (target, work) =>
    within({ limitMs: Math.max(0, end - performance.now()), signal: outer, from: target }, work);

  const names = {
    bus: named.bus(way.bus),
    rule: named.rule(way.rule, way.bus),
    connection: named.connection(way.connection),
    destination: named.destination(way.destination),
  };
  const bus = look(names.bus, (signal) => events.describeBus(way.bus, signal));
  const rule = look(names.rule, (signal) => events.describeRule(way.rule, way.bus, signal));
  const targets = look(names.rule, (signal) => events.listTargets(way.rule, way.bus, signal));
  const connection = look(names.connection, (signal) => events.describeConnection(way.connection, signal));
  const destination = look(names.destination, (signal) => events.describeDestination(way.destination, signal));

  const pattern = async (): Promise<Fault> => {
    const { Arn, EventPattern } = await rule;
    const asDelivered = deliveredEvent(event, Arn ?? '');
    const isMatched =
      EventPattern !== undefined &&
      (await look(names.rule, (signal) => events.testPattern(EventPattern, asDelivered, signal)));
    return isMatched
      ? undefined
      : `the pattern of ${names.rule} does not match the event; compare source and detail_type`;
  };
  const api = async (): Promise<Fault> => {
    const { InvocationEndpoint: url } = await destination;
    if (url === undefined) throw new UnhealthyError(`${names.destination} has no endpoint`);
    const isPrivate = (await connection).ConnectionState === 'ACTIVE';
    if (isPrivate) throw new UnhealthyError('it is private, and only EventBridge can reach it');
    return apiFault(url, look);
  };

  return verdictOf([
    ['bus', bus.then(() => undefined)],
    ['rule', rule.then((rule) => ruleFault(names.rule, rule))],
    ['targets', targets.then((targets) => targetsFault(names.rule, targets, way.destination))],
    ['pattern', pattern()],
    ['connection', connection.then((connection) => connectionFault(names.connection, connection))],
    ['destination', destination.then((destination) => wrongDestination(names.destination, destination, way))],
    ['history API', api()],
  ]);
}

/** The result of inspecting a hop: its fault, if it has one, or why it could not be inspected. */
type Sighting = { readonly fault: Fault } | { readonly unseen: string };

/** A missing hop is a fault. A hop that could not be inspected is not. */
async function sight(look: Promise<Fault>): Promise<Sighting> {
  try {
    return { fault: await look };
  } catch (error) {
    if (error instanceof ConfigurationError) return { fault: error.message };
    if (error instanceof CheckError) return { unseen: error.message };
    throw error;
  }
}

async function verdictOf(hops: readonly (readonly [name: string, look: Promise<Fault>])[]): Promise<Loss> {
  const sightings = await Promise.all(hops.map(async ([name, look]) => ({ name, seen: await sight(look) })));
  const faults = sightings.flatMap(({ name, seen }) =>
    'fault' in seen && seen.fault !== undefined ? [`lost at the ${name}: ${seen.fault}`] : [],
  );
  const unseen = sightings.flatMap(({ name, seen }) => ('unseen' in seen ? [{ name, why: seen.unseen }] : []));
  const names = unseen.map(({ name }) => name).join(', ');
  const blind = unseen[0] === undefined ? '' : `; could not inspect ${names}: ${unseen[0].why}`;
  const none = unseen.length > 0 ? 'no broken hop found' : 'every hop works; does the history API store it?';
  return { isFound: faults.length > 0, text: `${faults[0] ?? none}${blind}` };
}

/**
 * The event in the form that TestEventPattern expects:
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
 */
export function deliveredEvent({ EventId, Source, DetailType, Detail }: PutEvent, ruleArn: string): object {
  const [, , , region = '', account = ''] = ruleArn.split(':');
  return {
    version: '0',
    id: EventId,
    'detail-type': DetailType,
    source: Source,
    account,
    time: new Date().toISOString().replace(/\.\d+/, ''),
    region,
    resources: [],
    detail: JSON.parse(Detail) as unknown,
  };
}

export function targetsFault(target: string, targets: readonly Target[], destination: string): Fault {
  if (targets.length === 0) return `${target} has no target; add the api destination ${destination}`;
  const isThere = targets.some(({ Arn }) => nameIn(Arn, 'api-destination') === destination);
  return isThere ? undefined : `no target of ${target} is the api destination ${destination}; add it`;
}

export function wrongDestination(
  target: string,
  destination: DescribeApiDestinationResponse,
  { connection }: Pick<Way, 'connection'>,
): Fault {
  const used = nameIn(destination.ConnectionArn, 'connection');
  const isOther = used !== undefined && used !== connection;
  return (
    destinationFault(target, destination) ??
    (isOther ? `${target} does not use the connection ${connection}` : undefined)
  );
}

/** The name in `arn:aws:events:eu-central-1:123456789012:connection/name/id`. */
function nameIn(arn: string | undefined, sort: 'api-destination' | 'connection'): string | undefined {
  return new RegExp(`:${sort}/([^/]+)`).exec(arn ?? '')?.[1];
}

/** Whether the API is up: any answer to a HEAD without credentials shows that, except a server error. */
async function apiFault(url: string, look: Look): Promise<Fault> {
  const request = { kind: 'history API', url, method: 'HEAD', headers: {}, readsBody: false };
  try {
    const { target, status } = await look(webTarget('history API', url), (signal) =>
      send(request, { signal, stage: () => undefined }, () => true),
    );
    return status >= 500 ? `${target} answered ${status} to HEAD; look at its log` : undefined;
  } catch (error) {
    if (error instanceof CheckError) return error.message;
    throw error;
  }
}
