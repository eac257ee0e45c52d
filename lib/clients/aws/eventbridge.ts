/** The calls that the checks make to EventBridge, and what its answers mean. */
import type {
  DescribeApiDestinationResponse,
  DescribeConnectionResponse,
  DescribeRuleResponse,
  PutEventsRequestEntry,
  PutEventsResultEntry,
  Target,
} from '@aws-sdk/client-eventbridge';
import * as v from 'valibot';
import { answered } from '../../engine/connections.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../drivers/index.ts';
import { describe, text } from '../keys.ts';
import { openAwsClient, clientSettings } from './client.ts';
import { awsError } from './errors.ts';

export const regionKey = v.optional(describe(text(), "Region; the process's own unless set.", 'eu-central-1'));
export const busKey = v.optional(
  describe(text(), 'Event bus of the rule. Connections and API destinations ignore it: they belong to no bus.', 'shop'),
  'default',
);

/** The keys of the kinds that look at one EventBridge resource. */
export const eventBridgeKeys = {
  name: describe(text(), 'The name, not the ARN.', 'to-history'),
  bus: busKey,
  region: regionKey,
};

/** What every kind that calls EventBridge needs. */
export const eventBridgeNeeds = (): readonly string[] => ['eventbridge'];

/** Each method makes one call. It throws a `CheckError` if the cause is known. */
export interface EventBridge {
  describeBus(bus: string, signal: AbortSignal): Promise<unknown>;
  describeRule(name: string, bus: string, signal: AbortSignal): Promise<DescribeRuleResponse>;
  /** A rule has five at most: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
  listTargets(rule: string, bus: string, signal: AbortSignal): Promise<readonly Target[]>;
  describeConnection(name: string, signal: AbortSignal): Promise<DescribeConnectionResponse>;
  describeDestination(name: string, signal: AbortSignal): Promise<DescribeApiDestinationResponse>;
  /** Whether a rule with this pattern matches the event. */
  testPattern(pattern: string, event: object, signal: AbortSignal): Promise<boolean>;
  /** What became of the event: it has an `EventId` or an `ErrorCode`. */
  putEvent(event: PutEventsRequestEntry, signal: AbortSignal): Promise<PutEventsResultEntry>;
}

/** How messages name things. */
export const named = {
  bus: (bus: string) => `eventbridge bus ${bus}`,
  rule: (rule: string, bus: string) => `eventbridge rule ${rule} on bus ${bus}`,
  connection: (name: string) => `eventbridge connection ${name}`,
  destination: (name: string) => `eventbridge api destination ${name}`,
} as const;

/** Opens one client per run and region. */
export async function openEventBridge(
  region: string | undefined,
  context: Pick<CheckContext, 'share' | 'stage'>,
): Promise<EventBridge> {
  const sdk = await drivers.eventbridge();
  const client = await context.share(JSON.stringify(['eventbridge', region]), () =>
    openAwsClient(new sdk.EventBridgeClient(clientSettings({ region, stage: context.stage })), 'eventbridge'),
  );
  const call = async <T>(target: string, action: string, send: () => Promise<T>): Promise<T> => {
    context.stage(action, `during ${action}`);
    try {
      return await send();
    } catch (error) {
      throw awsError(error, { target, permission: `${action} on it`, service: 'EVENTBRIDGE' }) ?? error;
    }
  };
  return {
    describeBus: (bus, abortSignal) =>
      call(named.bus(bus), 'events:DescribeEventBus', () =>
        client.send(new sdk.DescribeEventBusCommand({ Name: bus }), { abortSignal }),
      ),
    describeRule: (name, bus, abortSignal) =>
      call(named.rule(name, bus), 'events:DescribeRule', () =>
        client.send(new sdk.DescribeRuleCommand({ Name: name, EventBusName: bus }), { abortSignal }),
      ),
    listTargets: (rule, bus, abortSignal) =>
      call(named.rule(rule, bus), 'events:ListTargetsByRule', async () => {
        const command = new sdk.ListTargetsByRuleCommand({ Rule: rule, EventBusName: bus });
        return (await client.send(command, { abortSignal })).Targets ?? [];
      }),
    describeConnection: (name, abortSignal) =>
      call(named.connection(name), 'events:DescribeConnection', () =>
        client.send(new sdk.DescribeConnectionCommand({ Name: name }), { abortSignal }),
      ),
    describeDestination: (name, abortSignal) =>
      call(named.destination(name), 'events:DescribeApiDestination', () =>
        client.send(new sdk.DescribeApiDestinationCommand({ Name: name }), { abortSignal }),
      ),
    testPattern: (pattern, event, abortSignal) =>
      call('eventbridge', 'events:TestEventPattern', async () => {
        const command = new sdk.TestEventPatternCommand({ EventPattern: pattern, Event: JSON.stringify(event) });
        return (await client.send(command, { abortSignal })).Result === true;
      }),
    putEvent: (event, abortSignal) =>
      call(named.bus(event.EventBusName ?? 'default'), 'events:PutEvents', async () => {
        const { Entries } = await client.send(new sdk.PutEventsCommand({ Entries: [event] }), { abortSignal });
        return Entries?.[0] ?? {};
      }),
  };
}

/** Describes a connection, or shares the answer that another check of this run got. */
export async function describeConnection(
  { name, region }: { readonly name: string; readonly region?: string | undefined },
  context: CheckContext,
): Promise<DescribeConnectionResponse> {
  const events = await openEventBridge(region, context);
  // Also for the checks that share the answer.
  context.stage('events:DescribeConnection', 'during events:DescribeConnection');
  const key = JSON.stringify(['eventbridge connection', region, name]);
  return context.share(key, async (signal) => answered(await events.describeConnection(name, signal)));
}

/** What is wrong with a rule, or undefined. */
export function ruleFault(target: string, { State }: DescribeRuleResponse): string | undefined {
  if (State === 'ENABLED' || State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS') return undefined;
  return `${target} is ${stateName(State)}; enable it`;
}

/** What is wrong with an API destination, or undefined. */
export function destinationFault(
  target: string,
  { ApiDestinationState }: DescribeApiDestinationResponse,
): string | undefined {
  if (ApiDestinationState === 'ACTIVE') return undefined;
  return `${target} is ${stateName(ApiDestinationState)}; does its connection exist, and is it authorized?`;
}

/** What is wrong with a connection, or undefined. A working one to a private API is `ACTIVE`. */
export function connectionFault(
  target: string,
  { ConnectionState: state, StateReason }: DescribeConnectionResponse,
): string | undefined {
  if (state === 'AUTHORIZED' || state === 'ACTIVE') return undefined;
  const reason = safeReason(StateReason ?? '');
  const advice = ADVICE.get(state ?? '') ?? 'look at it in the console';
  return `${target} is ${stateName(state)}${reason === '' ? '' : ` (${reason})`}; ${advice}`;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeConnection.html */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['DEAUTHORIZED', 'update it with credentials that work'],
  ['DEAUTHORIZING', 'update it with credentials that work'],
  ['FAILED_CONNECTIVITY', 'does the private API exist, and does its resource configuration let EventBridge in?'],
  ['DELETING', 'it will soon be gone; create it again'],
  ['CREATING', 'wait until it is created'],
  ['UPDATING', 'wait until it is updated'],
  ['AUTHORIZING', 'wait until it is authorized'],
]);

const MAX_REASON_LENGTH = 120;

/**
 * The part of AWS's reason that may be shown. AWS may quote the answer of the authorization endpoint. So the text is
 * cut where markup or JSON begins, and loses user info, URL parameters and anything as long as a key or a token.
 */
export function safeReason(reason: string): string {
  const sentence = reason
    .replace(/[<{[][^]*$/, '')
    .replace(/\/\/[^\s/@]*@/g, '//')
    .replace(/\?\S+/g, '')
    .replace(/[\w.+=~-]{24,}/g, '…')
    .replace(/\s+/g, ' ')
    .trim();
  return sentence.length <= MAX_REASON_LENGTH ? sentence : `${sentence.slice(0, MAX_REASON_LENGTH - 1)}…`;
}

/** AWS's own word for the state, if it looks like one. */
function stateName(state: string | undefined): string {
  return /^[A-Z_]{1,50}$/.test(state ?? '') ? String(state) : 'in an unknown state';
}
