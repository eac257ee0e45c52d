/**
 * Breaks each hop of an event's way to ClickHouse on purpose, on a stack of its own. The check names the hop, and works
 * again after the repair.
 */
import { createServer } from 'node:http';
import {
  CreateConnectionCommand,
  DeauthorizeConnectionCommand,
  DeleteApiDestinationCommand,
  DeleteConnectionCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeApiDestinationCommand,
  DescribeConnectionCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  UpdateApiDestinationCommand,
  UpdateConnectionCommand,
} from '@aws-sdk/client-eventbridge';
import type { Target } from '@aws-sdk/client-eventbridge';
import { DeleteSecretCommand, RestoreSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HISTORY, HISTORY_PATTERN, setUpEventBridge } from '../stack/servers/shared/event-bridge.ts';
import { startHistoryApi } from '../stack/servers/history-api.ts';
import { MOTO_CREDENTIALS } from '../stack/servers/moto.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';
import { awsAnswer, awsFailure, awsProxy } from '../support/aws-proxy.ts';
import type { AwsProxy } from '../support/aws-proxy.ts';
import { runLeaf } from '../support/run-leaf.ts';

const { bus, rule, connection, destination } = HISTORY;
const DENIED = awsFailure('AccessDeniedException');
const THROTTLED = awsFailure('ThrottlingException');

let stack: Stack<'aws' | 'clickhouse' | 'historyApi'>;
let proxy: AwsProxy;
let events: EventBridgeClient;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  stack = await startStack(['aws', 'clickhouse', 'historyApi']);
  const { endpoint, region } = stack.addresses.aws;
  proxy = await awsProxy(endpoint);
  events = new EventBridgeClient({ endpoint, region, credentials: MOTO_CREDENTIALS });
  secrets = new SecretsManagerClient({ endpoint, region, credentials: MOTO_CREDENTIALS });
}, 60_000);

afterAll(async () => {
  events.destroy();
  secrets.destroy();
  await proxy.stop();
  await stack.stop();
}, 60_000);

afterEach(() => {
  proxy.instead = {};
  vi.unstubAllEnvs();
});

/** Runs one leaf, which finds the proxy through the environment. Returns its status. */
async function check(leaf: object): Promise<string> {
  vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
  const { status, logged } = await runLeaf(leaf);
  expect(logged).toBe('');
  return status;
}

const pipeline = () =>
  check({
    kind: 'event_pipeline',
    ...HISTORY,
    region: stack.addresses.aws.region,
    clickhouse: {
      url: stack.addresses.clickhouse.url,
      query: 'SELECT count() FROM history.events WHERE check_id = {id:String}',
    },
    timeout: 3,
  });
const lookAt = (kind: string, name: string) => check({ kind: `eventbridge_${kind}`, name, bus, timeout: 3 });
const lookAtAll = async () => ({
  rule: await lookAt('rule', rule),
  destination: await lookAt('api_destination', destination),
  connection: await lookAt('connection', connection),
  credentials: await lookAt('credentials', connection),
});
const ALL_WORK = { rule: 'working', destination: 'working', connection: 'working', credentials: 'working' };

interface Hop {
  readonly breaks: () => Promise<unknown>;
  readonly repairs: () => Promise<unknown>;
  /** The status of `event_pipeline`. */
  readonly lost: RegExp;
  /** The statuses of the kinds that look at the hop itself. The other kinds work. */
  readonly seen?: Readonly<Record<string, unknown>>;
}

const saying = (text: RegExp): unknown => expect.stringMatching(text);
const NOT_THERE = String.raw`^UnhealthyError: the event did not arrive in clickhouse 127\.0\.0\.1:\d+ within 3 s: `;
const lostAt = (text: string) => new RegExp(`${NOT_THERE}lost at the ${text}`);

let targets: Target[] = [];
let elsewhere: (() => Promise<void>) | undefined;

const HOPS: Readonly<Record<string, Hop>> = {
  'the bus is gone': {
    breaks: removeAll,
    repairs: () => setUpEventBridge(stack.addresses.aws, stack.addresses.historyApi),
    lost: /^ConfigurationError: eventbridge bus history does not exist/,
    seen: {
      rule: saying(/^ConfigurationError: eventbridge rule orders-to-history on bus history does not exist/),
      destination: saying(/^ConfigurationError: .* does not exist/),
      connection: saying(/^ConfigurationError: .* does not exist/),
      credentials: saying(/^ConfigurationError: .* does not exist/),
    },
  },
  'the bus refuses the event': {
    breaks: async () => {
      const Entries = [{ ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'no' }];
      proxy.instead = { 'AWSEvents.PutEvents': awsAnswer({ FailedEntryCount: 1, Entries }) };
    },
    repairs: async () => (proxy.instead = {}),
    lost: /^UnhealthyError: eventbridge bus history refused the event: NotAuthorizedForSourceException/,
  },
  'the rule is disabled': {
    breaks: () => events.send(new DisableRuleCommand({ Name: rule, EventBusName: bus })),
    repairs: () => events.send(new EnableRuleCommand({ Name: rule, EventBusName: bus })),
    lost: lostAt('rule: eventbridge rule orders-to-history on bus history is DISABLED; enable it$'),
    seen: { rule: saying(/^UnhealthyError: .* is DISABLED; enable it$/) },
  },
  'the rule has no target': {
    breaks: async () => {
      ({ Targets: targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: rule, EventBusName: bus })));
      await events.send(new RemoveTargetsCommand({ Rule: rule, EventBusName: bus, Ids: idsOf(targets) }));
    },
    repairs: () => events.send(new PutTargetsCommand({ Rule: rule, EventBusName: bus, Targets: targets })),
    lost: lostAt('targets: .* has no target; add the api destination history-api$'),
    seen: { rule: saying(/^UnhealthyError: .* has no target; its events go nowhere$/) },
  },
  'the rule has another pattern': {
    breaks: () => putPattern(JSON.stringify({ source: ['shop.returns'] })),
    repairs: () => putPattern(HISTORY_PATTERN),
    lost: lostAt('pattern: the pattern of .* does not match the event; compare source and detail_type$'),
  },
  'the connection is not authorized': {
    breaks: () => events.send(new DeauthorizeConnectionCommand({ Name: connection })),
    repairs: () => events.send(new UpdateConnectionCommand({ Name: connection })),
    lost: lostAt(String.raw`connection: .* is DEAUTHORIZED \(The authorization parameters were removed\.\); update it`),
    seen: {
      destination: saying(/^UnhealthyError: .* is INACTIVE; does its connection exist, and is it authorized\?$/),
      connection: saying(
        /^UnhealthyError: .* is DEAUTHORIZED \(The authorization parameters were removed\.\); update it/,
      ),
    },
  },
  'the destination is inactive': {
    breaks: async () => {
      const AuthParameters = { BasicAuthParameters: { Username: 'app', Password: 'basic-Pa55word' } };
      const other = { Name: 'other', AuthorizationType: 'BASIC', AuthParameters } as const;
      await leadTo((await events.send(new CreateConnectionCommand(other))).ConnectionArn);
      await events.send(new DeauthorizeConnectionCommand({ Name: 'other' }));
    },
    repairs: async () => {
      await leadTo((await events.send(new DescribeConnectionCommand({ Name: connection }))).ConnectionArn);
      await events.send(new DeleteConnectionCommand({ Name: 'other' }));
    },
    lost: lostAt('destination: eventbridge api destination history-api is INACTIVE'),
    seen: { destination: saying(/^UnhealthyError: .* is INACTIVE/) },
  },
  'the history API is down': {
    breaks: () => stack.parts.historyApi.stop(),
    repairs: () => stack.parts.historyApi.start(),
    lost: lostAt(String.raw`history API: connection refused by history API 127\.0\.0\.1:\d+`),
  },
  'the history API hangs': {
    breaks: async () => {
      stack.parts.historyApi.pause();
    },
    repairs: async () => {
      stack.parts.historyApi.resume();
    },
    lost: lostAt(String.raw`history API: no answer within [\d.]+ s from history API 127\.0\.0\.1:\d+`),
  },
  'the history API fails': {
    breaks: () => replaceHistoryApi('http://app:wrong@127.0.0.1:1'),
    repairs: putHistoryApiBack,
    lost: lostAt(String.raw`history API: history API 127\.0\.0\.1:\d+ answered 503 to HEAD; look at its log$`),
  },
  'the history API stores nothing': {
    breaks: () => replaceHistoryApi(),
    repairs: putHistoryApiBack,
    lost: new RegExp(`${NOT_THERE}every hop works; does the history API store it\\?$`),
  },
};

describe('the event_pipeline check', () => {
  it.each(Object.entries(HOPS))('names the broken hop when %s', async (_name, { breaks, repairs, lost, seen = {} }) => {
    expect(await pipeline()).toBe('working');
    await breaks();
    expect(await pipeline()).toMatch(lost);
    expect(await lookAtAll()).toEqual({ ...ALL_WORK, ...seen });
    await repairs();
    expect(await pipeline()).toBe('working');
    expect(await lookAtAll()).toEqual(ALL_WORK);
  });

  it('names the first of several broken hops', async () => {
    await events.send(new DisableRuleCommand({ Name: rule, EventBusName: bus }));
    await events.send(new DeauthorizeConnectionCommand({ Name: connection }));
    expect(await pipeline()).toMatch(lostAt('rule: '));
    await events.send(new EnableRuleCommand({ Name: rule, EventBusName: bus }));
    expect(await pipeline()).toMatch(lostAt('connection: '));
    await events.send(new UpdateConnectionCommand({ Name: connection }));
    expect(await pipeline()).toBe('working');
  });
});

describe('an event_pipeline check that lacks an answer of AWS', () => {
  const losing = {
    'AWSEvents.PutEvents': awsAnswer({ FailedEntryCount: 0, Entries: [{ EventId: 'never-delivered' }] }),
  };

  it.each([
    ['AWSEvents.DescribeRule', DENIED, /; could not inspect rule, pattern: .* grant events:DescribeRule/],
    ['AWSEvents.TestEventPattern', DENIED, /; could not inspect pattern: .* grant events:TestEventPattern/],
    [
      'AWSEvents.DescribeConnection',
      DENIED,
      /; could not inspect connection, history API: .* events:DescribeConnection/,
    ],
    [
      'AWSEvents.DescribeApiDestination',
      THROTTLED,
      /; could not inspect destination, history API: .* throttled the call/,
    ],
  ])('says what it could not inspect when %s fails', async (action, answer, said) => {
    proxy.instead = { ...losing, [action]: answer };
    const status = await pipeline();
    expect(status).toMatch(new RegExp(`${NOT_THERE}no broken hop found; could not inspect `));
    expect(status).toMatch(said);
  });

  it('names the broken hop that it found, and what it could not inspect', async () => {
    proxy.instead = { 'AWSEvents.DescribeConnection': DENIED };
    await stack.parts.historyApi.stop();
    await events.send(new DisableRuleCommand({ Name: rule, EventBusName: bus }));
    expect(await pipeline()).toMatch(lostAt('rule: .*; could not inspect connection, history API: '));
    await events.send(new EnableRuleCommand({ Name: rule, EventBusName: bus }));
    await stack.parts.historyApi.start();
  });

  it('fails with an AuthError when it may not send the event itself', async () => {
    proxy.instead = { 'AWSEvents.PutEvents': DENIED };
    expect(await pipeline()).toMatch(/^AuthError: eventbridge bus history denied access; grant events:PutEvents on it/);
  });
});

describe('an eventbridge_credentials check', () => {
  it('fails when the credentials are scheduled for deletion', async () => {
    const SecretId = (await events.send(new DescribeConnectionCommand({ Name: connection }))).SecretArn;
    await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    expect(await lookAt('credentials', connection)).toMatch(
      /^UnhealthyError: credentials of .* are scheduled for deletion/,
    );
    await secrets.send(new RestoreSecretCommand({ SecretId }));
    expect(await lookAt('credentials', connection)).toBe('working');
  });

  it('fails with an AuthError when it may not look at the credentials', async () => {
    proxy.instead = { 'secretsmanager.DescribeSecret': DENIED };
    expect(await lookAt('credentials', connection)).toMatch(
      /^AuthError: secret of .* denied access; grant secretsmanager:DescribeSecret on it/,
    );
  });

  it('fails with a ConfigurationError when the credentials are gone', async () => {
    const gone = { __type: 'ResourceNotFoundException', Message: 'Secrets Manager can’t find the specified secret.' };
    proxy.instead = { 'secretsmanager.DescribeSecret': awsAnswer(gone, 400) };
    expect(await lookAt('credentials', connection)).toMatch(
      /^ConfigurationError: secret of eventbridge connection history-api does not exist/,
    );
  });
});

it('works again after a restart of the emulator, which forgets everything when it stops', async () => {
  await stack.parts.aws.stop();
  expect(await pipeline()).toMatch(/^ConnectionError: /);
  await stack.parts.aws.start();
  expect(await pipeline()).toBe('working');
});

async function removeAll(): Promise<void> {
  const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: rule, EventBusName: bus }));
  await events.send(new RemoveTargetsCommand({ Rule: rule, EventBusName: bus, Ids: idsOf(Targets) }));
  await events.send(new DeleteRuleCommand({ Name: rule, EventBusName: bus }));
  await events.send(new DeleteEventBusCommand({ Name: bus }));
  await events.send(new DeleteApiDestinationCommand({ Name: destination }));
  await events.send(new DeleteConnectionCommand({ Name: connection }));
}

function idsOf(targets: readonly Target[]): string[] {
  return targets.flatMap(({ Id = [] }) => Id);
}

async function putPattern(EventPattern: string): Promise<void> {
  await events.send(new PutRuleCommand({ Name: rule, EventBusName: bus, EventPattern }));
}

async function leadTo(ConnectionArn: string | undefined): Promise<void> {
  const { InvocationEndpoint } = await events.send(new DescribeApiDestinationCommand({ Name: destination }));
  await events.send(new UpdateApiDestinationCommand({ Name: destination, ConnectionArn, InvocationEndpoint }));
}

/** Replaces the history API with one that cannot reach its ClickHouse, or with a server that stores nothing. */
async function replaceHistoryApi(clickhouse?: string): Promise<void> {
  const { port } = stack.addresses.historyApi;
  await stack.parts.historyApi.stop();
  if (clickhouse !== undefined) {
    const failing = await startHistoryApi({ folder: `${stack.folder}/failing`, port, clickhouse });
    elsewhere = () => failing.stop();
    return;
  }
  const forgetful = createServer((_request, response) => {
    response.writeHead(204, { connection: 'close' }).end();
  });
  await new Promise<void>((resolve) => forgetful.listen(port, '127.0.0.1', resolve));
  elsewhere = () =>
    new Promise((resolve) => {
      forgetful.close(() => {
        resolve();
      });
    });
}

async function putHistoryApiBack(): Promise<void> {
  await elsewhere?.();
  await stack.parts.historyApi.start();
}
