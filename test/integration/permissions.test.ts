/**
 * Compares the policies of the compiled template with the calls of a recorded run of all kinds: each call is allowed,
 * nothing else is allowed, and every permission is needed.
 */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { sqsName } from '../../lib/clients/celery/sqs.ts';
import { HISTORY } from '../stack/servers/shared/event-bridge.ts';
import { ACCOUNT } from '../support/aws-calls.ts';
import type { Access } from '../support/aws-calls.ts';
import { EVERYTHING, packageService } from '../support/package.ts';
import type { Template } from '../support/package.ts';
import { isAllowed, managedPolicies, resolvedStatements, singlePermissions } from '../support/policy.ts';
import type { RoleStatement } from '../support/policy.ts';
import { recordRecorder } from '../support/recorded-recorder.ts';
import type { RecordedRecorder } from '../support/recorded-recorder.ts';
import { LOST, makeBelongings, recordRun } from '../support/recorded-run.ts';
import type { RecordedRun } from '../support/recorded-run.ts';
import { RECORDER } from '../support/recorder-resources.ts';

const stack = inject('stack');
const { bucket, region } = stack.aws;

const { prefix: queuePrefix, queue, fifo } = stack.celerySqs;
const [QUEUE, FIFO_QUEUE] = [queue, fifo].map((name) => sqsName(name, queuePrefix)) as [string, string];

/** Unique to this file, since all test files share an emulator. */
const id = `permissions-${randomUUID()}`;
const PREFIX = `${id}/prod`;
const BACKEND = `${id}-backend`;
const OBJECT = `assets-${id}/index.html`;
const CANARY_SECRET = `${id}-canary`;

const arn = (service: string, name: string, where = region) => `arn:aws:${service}:${where}:${ACCOUNT}:${name}`;
const secret = (name: string) => arn('secretsmanager', `secret:${name}-AbCdEf`);
const SECRETS_KEY = arn('kms', `key/${randomUUID()}`);
const BUCKET_KEY = arn('kms', `key/${randomUUID()}`);
const QUEUE_KEY = arn('kms', `key/${randomUUID()}`);
const logOf = (name: string) => arn('logs', `log-group:/aws/lambda/healthgate-prod-${name}`);
const FUNCTION_LOG = logOf('health');
const CANARY_LOG = arn('logs', 'log-group:/aws/lambda/cwsyn-healthgate-prod-1');
const CANARY_ARTIFACT = 'arn:aws:s3:::canary-bucket/2026/07/01/report.json';
const viaService = (service: string) => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });
const logStream = (log: string) => `${log}:log-stream:one`;

/** The roles of the template. */
const FUNCTION = 'IamRoleLambdaExecution';
const CANARY = 'CanaryRole';
const [PLAN, RECORD, NOTIFY] = ['PlanRole', 'RecordRole', 'NotifyRole'];
const ROLES = [FUNCTION, CANARY, PLAN, RECORD, NOTIFY] as const;

/** Secrets Manager, S3 and SQS use their keys on behalf of the caller; the emulator encrypts nothing. */
const VAULT_KEY: readonly Access[] = [
  { action: 'kms:Decrypt', resource: SECRETS_KEY, context: viaService('secretsmanager') },
];
const KEYS_OF_CHECKS: readonly Access[] = [
  { action: 'kms:Decrypt', resource: BUCKET_KEY, context: viaService('s3') },
  { action: 'kms:GenerateDataKey', resource: BUCKET_KEY, context: viaService('s3') },
  { action: 'kms:Decrypt', resource: QUEUE_KEY, context: viaService('sqs') },
  { action: 'kms:GenerateDataKey', resource: QUEUE_KEY, context: viaService('sqs') },
];
/** What Lambda does for a function: it writes its log, and sends its traces to X-Ray. */
const ofLambda = (log: string): readonly Access[] => [
  { action: 'logs:CreateLogStream', resource: logStream(log) },
  { action: 'logs:PutLogEvents', resource: logStream(log) },
  { action: 'xray:PutTraceSegments', resource: '*' },
  { action: 'xray:PutTelemetryRecords', resource: '*' },
];
/** What Lambda does for a function that has its messages from a queue. */
const ofMapping = (queue: string): readonly Access[] =>
  ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => ({
    action: `sqs:${name}`,
    resource: arn('sqs', queue),
  }));

/** What a role must be allowed to do besides what is recorded. */
const UNRECORDED: Readonly<Record<string, readonly Access[]>> = {
  [FUNCTION]: [...VAULT_KEY, ...KEYS_OF_CHECKS, ...ofLambda(FUNCTION_LOG)],
  [PLAN]: ofLambda(logOf('plan')),
  [RECORD]: [...VAULT_KEY, ...KEYS_OF_CHECKS, ...ofLambda(logOf('record')), ...ofMapping(RECORDER.recordQueue)],
  [NOTIFY]: [...VAULT_KEY, ...ofLambda(logOf('notify')), ...ofMapping(RECORDER.noticeQueue)],
  // The canary runs in test/integration/canary.test.ts. All but its secret is used by the runtime of Synthetics, which
  // only AWS has:
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_CanaryPermissions.html
  [CANARY]: [
    { action: 'secretsmanager:GetSecretValue', resource: secret(CANARY_SECRET) },
    { action: 's3:PutObject', resource: CANARY_ARTIFACT },
    { action: 's3:GetBucketLocation', resource: 'arn:aws:s3:::canary-bucket' },
    { action: 's3:ListAllMyBuckets', resource: '*' },
    { action: 'logs:CreateLogGroup', resource: CANARY_LOG },
    { action: 'logs:CreateLogStream', resource: logStream(CANARY_LOG) },
    { action: 'logs:PutLogEvents', resource: logStream(CANARY_LOG) },
    {
      action: 'cloudwatch:PutMetricData',
      resource: '*',
      context: { 'cloudwatch:namespace': 'CloudWatchSynthetics' },
    },
  ],
};

/** osls gives these to every function. The stack creates the log group and its tags, so nobody needs them. */
const OF_OSLS = ['logs:CreateLogGroup', 'logs:TagResource'].map(
  (action) => `${FUNCTION}: ${action} on ${arn('logs', 'log-group:/aws/lambda/healthgate-prod*:*')}`,
);

/** What no role may do, by action. Many of the resources are ones that a role may use in other ways. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  'secretsmanager:GetSecretValue': [
    secret(`${id}/dev/shop`),
    secret(`${id}/prod`),
    secret(`${BACKEND}-old`),
    secret(`other/${BACKEND}`),
    secret('healthgate-route53'),
    secret(`events!connection/${HISTORY.connection}/${randomUUID()}`),
  ],
  'secretsmanager:DescribeSecret': [secret(`${PREFIX}/shop`), secret(BACKEND), secret('events!connection/other/1')],
  'secretsmanager:PutSecretValue': [secret(`${PREFIX}/shop`), secret(BACKEND), secret(CANARY_SECRET)],
  'secretsmanager:UpdateSecret': [secret(`${PREFIX}/shop`)],
  'secretsmanager:CreateSecret': [secret(`${PREFIX}/shop`)],
  'secretsmanager:DeleteSecret': [secret(`${PREFIX}/shop`), secret(BACKEND)],
  'secretsmanager:PutResourcePolicy': [secret(`${PREFIX}/shop`)],
  's3:GetObject': [
    'arn:aws:s3:::other/healthgate/one',
    `arn:aws:s3:::${bucket}/one`,
    `arn:aws:s3:::${bucket}/orders/one`,
    `arn:aws:s3:::${bucket}/${OBJECT}.old`,
    CANARY_ARTIFACT,
  ],
  's3:PutObject': [
    'arn:aws:s3:::other/healthgate/one',
    `arn:aws:s3:::${bucket}/one`,
    `arn:aws:s3:::${bucket}/${OBJECT}`,
    `arn:aws:s3:::${bucket}/orders/healthgate/one`,
  ],
  's3:DeleteObject': [`arn:aws:s3:::${bucket}/${OBJECT}`, 'arn:aws:s3:::other/healthgate/one', CANARY_ARTIFACT],
  's3:PutObjectAcl': [`arn:aws:s3:::${bucket}/healthgate/one`],
  's3:ListBucket': [`arn:aws:s3:::${bucket}`],
  's3:DeleteBucket': [`arn:aws:s3:::${bucket}`, 'arn:aws:s3:::canary-bucket'],
  's3:PutBucketPolicy': [`arn:aws:s3:::${bucket}`],
  'events:PutEvents': [arn('events', 'event-bus/default'), arn('events', 'event-bus/history-2')],
  'events:DescribeRule': [arn('events', `rule/${HISTORY.rule}`), arn('events', `rule/other/${HISTORY.rule}`)],
  'events:PutRule': [arn('events', `rule/${HISTORY.bus}/${HISTORY.rule}`)],
  'events:PutTargets': [arn('events', `rule/${HISTORY.bus}/${HISTORY.rule}`)],
  'events:RemoveTargets': [arn('events', `rule/${HISTORY.bus}/${HISTORY.rule}`)],
  'events:DisableRule': [arn('events', `rule/${HISTORY.bus}/${HISTORY.rule}`)],
  'events:EnableRule': [arn('events', `rule/${HISTORY.bus}/${HISTORY.rule}`)],
  'events:DeleteRule': [arn('events', `rule/${HISTORY.bus}/${HISTORY.rule}`)],
  'events:DeleteEventBus': [arn('events', `event-bus/${HISTORY.bus}`)],
  'events:PutPermission': ['*'],
  'events:UpdateConnection': [arn('events', `connection/${HISTORY.connection}`)],
  'events:DeauthorizeConnection': [arn('events', `connection/${HISTORY.connection}`)],
  'events:DeleteConnection': [arn('events', `connection/${HISTORY.connection}`)],
  'events:UpdateApiDestination': [arn('events', `api-destination/${HISTORY.destination}`)],
  'events:DeleteApiDestination': [arn('events', `api-destination/${HISTORY.destination}`)],
  'events:InvokeApiDestination': [arn('events', `api-destination/${HISTORY.destination}`)],
  'cloudfront:CreateInvalidation': [arn('cloudfront', 'distribution/E1', '')],
  'cloudfront:UpdateDistribution': [arn('cloudfront', 'distribution/E1', '')],
  'kms:Decrypt': [SECRETS_KEY, BUCKET_KEY, QUEUE_KEY, arn('kms', `key/${randomUUID()}`)],
  'kms:Encrypt': [SECRETS_KEY, BUCKET_KEY],
  'kms:GenerateDataKey': [SECRETS_KEY],
  'kms:ScheduleKeyDeletion': [SECRETS_KEY, BUCKET_KEY],
  'logs:GetLogEvents': [logStream(FUNCTION_LOG)],
  'logs:FilterLogEvents': [FUNCTION_LOG],
  'logs:DeleteLogStream': [logStream(FUNCTION_LOG)],
  'logs:DeleteLogGroup': [FUNCTION_LOG, CANARY_LOG],
  'logs:PutLogEvents': [logStream(arn('logs', 'log-group:/aws/lambda/shop'))],
  'lambda:InvokeFunction': [arn('lambda', 'function:healthgate-prod-health')],
  'lambda:UpdateFunctionCode': [arn('lambda', 'function:healthgate-prod-health')],
  'lambda:UpdateFunctionConfiguration': [arn('lambda', 'function:healthgate-prod-health')],
  'iam:PassRole': [arn('iam', 'role/healthgate', '')],
  'iam:PutRolePolicy': [arn('iam', 'role/healthgate', '')],
  'iam:AttachRolePolicy': [arn('iam', 'role/healthgate', '')],
  'iam:CreateUser': [arn('iam', 'user/healthgate', '')],
  'sts:AssumeRole': [arn('iam', 'role/admin', '')],
  'sns:Publish': [arn('sns', 'on-call')],
  'dynamodb:Scan': [arn('dynamodb', `table/${RECORDER.table}`)],
  'dynamodb:UpdateItem': [arn('dynamodb', `table/${RECORDER.table}`)],
  'dynamodb:DeleteTable': [arn('dynamodb', `table/${RECORDER.table}`)],
  'dynamodb:UpdateTimeToLive': [arn('dynamodb', `table/${RECORDER.table}`)],
  'dynamodb:PutItem': [arn('dynamodb', 'table/orders')],
  'ses:SendEmail': [arn('ses', 'identity/example.com')],
  'sqs:SendMessage': [arn('sqs', 'orders')],
  'sqs:ReceiveMessage': [arn('sqs', QUEUE)],
  'sqs:DeleteMessage': [arn('sqs', QUEUE)],
  'sqs:ChangeMessageVisibility': [arn('sqs', QUEUE)],
  'sqs:PurgeQueue': [arn('sqs', QUEUE)],
  'sqs:DeleteQueue': [arn('sqs', QUEUE)],
  'sqs:SetQueueAttributes': [arn('sqs', QUEUE)],
  'sqs:CreateQueue': [arn('sqs', QUEUE)],
  'sqs:ListQueues': ['*'],
  'cloudformation:UpdateStack': [arn('cloudformation', 'stack/healthgate-prod/1')],
};

let template: Template;
let statements: readonly RoleStatement[];
let run: RecordedRun;
let recorder: RecordedRecorder;

beforeAll(async () => {
  const belongings = await makeBelongings(bucket, { prefix: PREFIX, secret: BACKEND, object: OBJECT });
  const both = [compiled(belongings.distribution), recordRun(stack, belongings)] as const;
  // When one fails, the other still has to clean up.
  await Promise.allSettled(both);
  [template, run] = await Promise.all(both);
  recorder = await recordRecorder(stack, PREFIX, BACKEND);
  statements = resolvedStatements(template, region);
}, 90_000);

/** Compiles every optional part, with the emulator's resources where a name matters. */
async function compiled(distribution: string): Promise<Template> {
  const named: Readonly<Record<string, string>> = {
    vault: `secretsmanager:${PREFIX}`,
    secrets: BACKEND,
    secretKeys: SECRETS_KEY,
    // A leaf of the fixtures uses a prefix other than healthgate/.
    s3Buckets: `${bucket},arn:aws:s3:::${bucket}/probes/*`,
    s3Objects: `${bucket}/${OBJECT}`,
    s3BucketKeys: BUCKET_KEY,
    distributions: distribution,
    sqsQueues: [QUEUE, FIFO_QUEUE].join(','),
    sqsQueueKeys: QUEUE_KEY,
    eventBuses: HISTORY.bus,
    eventRules: `${HISTORY.bus}/${HISTORY.rule}`,
    eventConnections: HISTORY.connection,
    eventDestinations: HISTORY.destination,
    canaryTokenSecret: CANARY_SECRET,
    noticeTopics: RECORDER.topic,
    noticeSenders: RECORDER.sender,
  };
  const others = EVERYTHING.filter(
    (argument) => !Object.keys(named).some((name) => argument.startsWith(`--param=${name}=`)),
  );
  const own = Object.entries(named).map(([name, value]) => `--param=${name}=${value}`);
  const packaged = await packageService([...others, ...own]);
  await packaged.remove();
  return packaged.template;
}

/** As a line that a failed test shows. */
function told({ action, resource, context = {} }: Access): string {
  const conditions = Object.entries(context).map(([key, value]) => ` with ${key} ${value}`);
  return `${action} on ${resource}${conditions.join('')}`;
}

/** The accesses that the role's statements allow, as lines. */
async function allowed(role: string, accesses: readonly Access[]): Promise<string[]> {
  const own = statements.flatMap((one) => (one.role === role ? [one.statement] : []));
  const lines = accesses.map(async (access) => ((await isAllowed(own, access)) ? [told(access)] : []));
  return (await Promise.all(lines)).flat();
}

/** Everything that a role is known to need. */
function needs(role: string): readonly Access[] {
  // The documents of all namespaces, and the secrets that they refer to.
  const documents = run.accesses.filter(({ action }) => action === 'secretsmanager:GetSecretValue');
  const recorded: Readonly<Record<string, readonly Access[]>> = {
    [FUNCTION]: [...run.accesses, ...recorder.health],
    [PLAN]: recorder.plan,
    [RECORD]: [...documents, ...run.ofChecks, ...recorder.record],
    [NOTIFY]: [...documents, ...recorder.notify],
  };
  return [...(recorded[role] ?? []), ...(UNRECORDED[role] ?? [])];
}

/** The same access in another region, in another account, to another name, or under another condition. */
function elsewhere({ action, resource, context }: Access): readonly Access[] {
  const others = [
    resource.replace(`:${region}:`, ':us-west-2:'),
    resource.replace(`:${ACCOUNT}:`, ':210987654321:'),
    resource.replace(/(?<=^arn:aws:s3:::|^arn:aws:sqs:[\w-]+:\d{12}:|:\d{12}:[a-z-]+[:/])/, 'other-'),
  ].filter((other) => other !== resource);
  const otherwise = Object.keys(context ?? {}).map((key) => ({ action, resource, context: { [key]: 'other' } }));
  return [...others.map((other) => ({ action, resource: other, ...(context && { context }) })), ...otherwise];
}

describe('the recorded run', () => {
  test('opens both namespaces, and only the check of the lost event fails', () => {
    expect(run.opened).toEqual(['shop', 'blog', undefined]);
    const lost = `event_pipeline: ${LOST}`;
    expect(run.outcomes.get(lost)).toMatch(/^UnhealthyError: .*: every hop works; does the history API store it\?$/);
    expect([...run.outcomes].filter(([name, status]) => name !== lost && status !== 'working')).toEqual([]);
  });

  test('calls AWS for exactly the kinds that have permissions of their own', async () => {
    const files = await readdir(join(import.meta.dirname, '../../infra/iam'));
    const kinds = new Set(files.map((file) => file.replace(/\..*/, '')));
    expect([...run.callers].sort()).toEqual([...kinds].sort());
  });
});

describe('the recorded recorder', () => {
  test('has no errors but a message that is none, and a notice that is given up', () => {
    expect(recorder.errors).toEqual([
      expect.stringContaining('a message could not be handled'),
      expect.stringContaining('a notice is given up'),
    ]);
  });
});

describe('the template', () => {
  test('has no identity policies besides those that are tested here and one of AWS', () => {
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(new Set(types.filter((type) => type.startsWith('AWS::IAM::')))).toEqual(
      new Set(['AWS::IAM::Role', 'AWS::IAM::Policy']),
    );
    expect(new Set(statements.map(({ role }) => role))).toEqual(new Set(ROLES));
    // Lambda needs it to put the functions into a VPC.
    const vpc = 'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole';
    expect(managedPolicies(template, region)).toEqual(
      [FUNCTION, PLAN, RECORD, NOTIFY].map((role) => `${role}: ${vpc}`),
    );
  });
});

describe.each(ROLES)('the role %s', (role) => {
  test('may do everything that it needs to do', async () => {
    expect(await allowed(role, needs(role))).toEqual(needs(role).map(told));
  });

  test('has no permission that it does not need', async () => {
    const own = statements.filter((one) => one.role === role);
    const unused = own.flatMap(({ owner, statement }) =>
      singlePermissions(statement).map(async (permission) => {
        const same = needs(role).filter(({ action }) => action === permission.Action);
        const uses = await Promise.all(same.map((access) => isAllowed([permission], access)));
        return uses.includes(true) ? [] : [`${owner}: ${String(permission.Action)} on ${String(permission.Resource)}`];
      }),
    );
    expect((await Promise.all(unused)).flat()).toEqual(role === FUNCTION ? OF_OSLS : []);
  });

  test('may not do the same to any other resource', async () => {
    expect(await allowed(role, needs(role).flatMap(elsewhere))).toEqual([]);
  });

  test('may not do what only the other roles need', async () => {
    const own = new Set(needs(role).map(told));
    const others = ROLES.flatMap(needs).filter((access) => access.resource !== '*' && !own.has(told(access)));
    // What osls gives to the endpoint includes the logs of all functions.
    const isOfOsls = ({ action }: Access) => role === FUNCTION && action.startsWith('logs:');
    expect(
      await allowed(
        role,
        others.filter((access) => !isOfOsls(access)),
      ),
    ).toEqual([]);
  });

  test('may do nothing that is forbidden', async () => {
    const own = new Set(needs(role).map(told));
    const forbidden = Object.entries(FORBIDDEN).flatMap(([action, resources]) =>
      resources.map((resource) => ({ action, resource })),
    );
    expect(
      await allowed(
        role,
        forbidden.filter((access) => !own.has(told(access))),
      ),
    ).toEqual([]);
  });
});
