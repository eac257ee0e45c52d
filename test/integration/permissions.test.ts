/**
 * The policies of the compiled template against what is called: each call of a recorded run of all kinds is allowed, nothing else is,
 * and there is no permission that nothing needs.
 */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFrontClient, CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { secretsManagerStore } from '../../lib/vault/secrets-manager.ts';
import { createToken } from '../../lib/vault/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { fixtures } from '../contract/fixtures/index.ts';
import type { Leaf } from '../contract/fixture.ts';
import { HISTORY } from '../stack/servers/event-bridge.ts';
import { ACCOUNT, accessesOf } from '../support/aws-calls.ts';
import type { Access } from '../support/aws-calls.ts';
import { collectedLog } from '../support/collected-log.ts';
import { EVERYTHING, packageService } from '../support/package.ts';
import type { Template } from '../support/package.ts';
import { isAllowed, resolvedStatements, singlePermissions } from '../support/policy.ts';
import type { RoleStatement } from '../support/policy.ts';
import { recordingProxy } from '../support/recording-proxy.ts';
import type { RecordingProxy } from '../support/recording-proxy.ts';
import { runLeaf } from '../support/run-leaf.ts';

const stack = inject('stack');
const { bucket, region } = stack.aws;

/** Of this file's own, since every test file works on the same emulator. */
const id = `permissions-${randomUUID()}`;
const PREFIX = `${id}/prod`;
const BACKEND = `${id}-backend`;
const OBJECT = `assets-${id}/index.html`;
const OPAQUE_TOKEN = `an opaque token of ${id}`;
const CANARY_SECRET = `${id}-canary`;

const arn = (service: string, name: string, where = region) => `arn:aws:${service}:${where}:${ACCOUNT}:${name}`;
const secret = (name: string) => arn('secretsmanager', `secret:${name}-AbCdEf`);
const SECRETS_KEY = arn('kms', `key/${randomUUID()}`);
const BUCKET_KEY = arn('kms', `key/${randomUUID()}`);
const FUNCTION_LOG = arn('logs', 'log-group:/aws/lambda/healthgate-prod-health');
const CANARY_LOG = arn('logs', 'log-group:/aws/lambda/cwsyn-healthgate-prod-1');
const CANARY_ARTIFACT = 'arn:aws:s3:::canary-bucket/2026/07/01/report.json';
const viaService = (service: string) => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });
const logStream = (log: string) => `${log}:log-stream:one`;

/** The roles of the template. */
const FUNCTION = 'IamRoleLambdaExecution';
const CANARY = 'CanaryRole';

/** What a role must be allowed beside what is recorded. */
const UNRECORDED: Readonly<Record<string, readonly Access[]>> = {
  [FUNCTION]: [
    // Secrets Manager and S3 use their keys on behalf of who asks them; the emulator encrypts nothing.
    { action: 'kms:Decrypt', resource: SECRETS_KEY, context: viaService('secretsmanager') },
    { action: 'kms:Decrypt', resource: BUCKET_KEY, context: viaService('s3') },
    { action: 'kms:GenerateDataKey', resource: BUCKET_KEY, context: viaService('s3') },
    // Lambda writes the function's log.
    { action: 'logs:CreateLogStream', resource: logStream(FUNCTION_LOG) },
    { action: 'logs:PutLogEvents', resource: logStream(FUNCTION_LOG) },
  ],
  // The canary runs in test/integration/canary.test.ts; all but its secret is used by the runtime of Synthetics, which cannot be had:
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

/** osls gives every function these. The stack makes the log group and its tags, so that nobody needs them. */
const OF_OSLS = ['logs:CreateLogGroup', 'logs:TagResource'].map(
  (action) => `${FUNCTION}: ${action} on ${arn('logs', 'log-group:/aws/lambda/healthgate-prod*:*')}`,
);

/** What no role may do, by action; many of them with what it may otherwise touch. */
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
  'events:PutPermission': [arn('events', `event-bus/${HISTORY.bus}`)],
  'events:UpdateConnection': [arn('events', `connection/${HISTORY.connection}`)],
  'events:DeauthorizeConnection': [arn('events', `connection/${HISTORY.connection}`)],
  'events:DeleteConnection': [arn('events', `connection/${HISTORY.connection}`)],
  'events:UpdateApiDestination': [arn('events', `api-destination/${HISTORY.destination}`)],
  'events:DeleteApiDestination': [arn('events', `api-destination/${HISTORY.destination}`)],
  'events:InvokeApiDestination': [arn('events', `api-destination/${HISTORY.destination}`)],
  'cloudfront:CreateInvalidation': [arn('cloudfront', 'distribution/E1', '')],
  'cloudfront:UpdateDistribution': [arn('cloudfront', 'distribution/E1', '')],
  'kms:Decrypt': [SECRETS_KEY, BUCKET_KEY, arn('kms', `key/${randomUUID()}`)],
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
  'sqs:SendMessage': [arn('sqs', 'orders')],
  'cloudformation:UpdateStack': [arn('cloudformation', 'stack/healthgate-prod/1')],
};

/** Leaves that do what those of the fixtures leave out: AWS calls that need more than the common stack. */
const moreLeaves = (distribution: string): Readonly<Record<string, Leaf>> => ({
  'an object that is read': { kind: 's3', bucket, mode: 'read', key: OBJECT },
  'the distribution itself': { kind: 'cloudfront', url: `${stack.assets.url}/app.js`, distribution },
  'a secret by its name': { kind: 'secrets_manager', secret: BACKEND },
  [LOST]: {
    kind: 'event_pipeline',
    ...HISTORY,
    clickhouse: { url: stack.clickhouse.url, query: "SELECT count() FROM history.events WHERE check_id = 'not {id}'" },
    timeout: 5,
  },
});
/** The query misses what is there, so that every hop is looked at. */
const LOST = 'an event that is not found';

let template: Template;
let statements: readonly RoleStatement[];
let proxy: RecordingProxy;
/** What each leaf came to. */
const outcomes: Record<string, string> = {};
/** Kinds that called AWS. */
const callers = new Set<string>();
let recorded: readonly Access[];

beforeAll(async () => {
  const distribution = await prepare();
  const packaging = packageService(parameters(distribution));
  const [packaged] = await Promise.all([packaging, record(distribution)]);
  await packaged.remove();
  template = packaged.template;
  statements = resolvedStatements(template, region);
}, 90_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  await proxy.stop();
});

/** Makes what the run needs, past the proxy. Returns the id of a distribution. */
async function prepare(): Promise<string> {
  const [s3, cloudfront, secrets] = [new S3Client(), new CloudFrontClient(), new SecretsManagerClient()];
  try {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: OBJECT, Body: 'asset' }));
    await secrets.send(new CreateSecretCommand({ Name: BACKEND, SecretString: '{"host":"127.0.0.1"}' }));
    const { Distribution } = await cloudfront.send(
      new CreateDistributionCommand({
        DistributionConfig: {
          CallerReference: id,
          Comment: '',
          Enabled: true,
          Origins: { Quantity: 1, Items: [{ Id: 'origin', DomainName: 'assets.example', OriginPath: '' }] },
          DefaultCacheBehavior: { TargetOriginId: 'origin', ViewerProtocolPolicy: 'redirect-to-https' },
        },
      }),
    );
    return Distribution?.Id ?? '';
  } finally {
    for (const client of [s3, cloudfront, secrets]) client.destroy();
  }
}

/** Every optional part, with the emulator's things where a name matters. */
function parameters(distribution: string): string[] {
  const named: Readonly<Record<string, string>> = {
    vault: `secretsmanager:${PREFIX}`,
    secrets: BACKEND,
    secretKeys: SECRETS_KEY,
    // A leaf of the fixtures has another prefix than healthgate/.
    s3Buckets: `${bucket},arn:aws:s3:::${bucket}/probes/*`,
    s3Objects: `${bucket}/${OBJECT}`,
    s3BucketKeys: BUCKET_KEY,
    distributions: distribution,
    eventBuses: HISTORY.bus,
    eventRules: `${HISTORY.bus}/${HISTORY.rule}`,
    eventConnections: HISTORY.connection,
    eventDestinations: HISTORY.destination,
    canaryTokenSecret: CANARY_SECRET,
  };
  const others = EVERYTHING.filter((argument) => !(/^--param=(\w+)=/.exec(argument)?.[1] ?? '' in named));
  return [...others, ...Object.entries(named).map(([name, value]) => `--param=${name}=${value}`)];
}

/** Runs every kind as the function does in Lambda, with the recording proxy in the emulator's place. */
async function record(distribution: string): Promise<void> {
  proxy = await recordingProxy(stack.aws.endpoint);
  const direct = createToken('shop');
  await writeNamespaces(direct);
  vi.stubEnv('AWS_ENDPOINT_URL', proxy.endpoint);
  vi.stubEnv('AWS_LAMBDA_RUNTIME_API', '127.0.0.1:9001');

  const vault = new Vault(secretsManagerStore(PREFIX), collectedLog().log);
  for (const token of [direct, OPAQUE_TOKEN, createToken('none')])
    outcomes[`the vault: ${token}`.replace(/hg_(\w+)_.*/, 'a token of $1')] = (await vault.find(token))?.name ?? 'none';
  const throughProxy = { ...stack, aws: { ...stack.aws, endpoint: proxy.endpoint, port: proxy.port } };
  const leaves = [
    ...fixtures.flatMap(({ works }) => Object.entries(works(throughProxy))),
    ...Object.entries(moreLeaves(distribution)),
  ];
  const proveVault = vault.prover('shop');
  for (const [name, leaf] of leaves) {
    const before = proxy.calls.length;
    outcomes[`${leaf.kind}: ${name}`] = (await runLeaf(leaf, { proveVault })).status;
    if (proxy.calls.length > before) callers.add(leaf.kind);
  }
  recorded = distinct(proxy.calls.flatMap(accessesOf));
}

/** One with a token that carries its name and a secret that it refers to, one with an opaque token. */
async function writeNamespaces(token: string): Promise<void> {
  const store = secretsManagerStore(PREFIX);
  const checks = { api: { kind: 'tcp', host: { secret: BACKEND, key: 'host' }, port: 80 } };
  const documents = { shop: { access_tokens: [token], checks }, blog: { access_tokens: [OPAQUE_TOKEN], checks } };
  for (const [name, document] of Object.entries(documents))
    await store.write(name, JSON.stringify(document), AbortSignal.timeout(10_000));
}

function distinct(accesses: readonly Access[]): readonly Access[] {
  const byText = new Map(accesses.map((access) => [told(access), access]));
  return [...byText.keys()].sort().flatMap((text) => byText.get(text) ?? []);
}

/** As a line of a test's failure. */
function told({ action, resource, context = {} }: Access): string {
  const conditions = Object.entries(context).map(([key, value]) => ` with ${key} ${value}`);
  return `${action} on ${resource}${conditions.join('')}`;
}

/** Those of them that the role's statements allow, as lines. */
async function allowed(role: string, accesses: readonly Access[]): Promise<string[]> {
  const own = statements.flatMap((one) => (one.role === role ? [one.statement] : []));
  const lines = accesses.map(async (access) => ((await isAllowed(own, access)) ? [told(access)] : []));
  return (await Promise.all(lines)).flat();
}

/** What a role needs, as far as it is known. */
const needs = (role: string): readonly Access[] => [
  ...(role === FUNCTION ? recorded : []),
  ...(UNRECORDED[role] ?? []),
];

/** The same, in another region, in another account, of another name. */
function elsewhere({ resource, ...access }: Access): readonly Access[] {
  return [
    resource.replace(`:${region}:`, ':us-west-2:'),
    resource.replace(`:${ACCOUNT}:`, ':210987654321:'),
    resource.replace(/(?<=^arn:(?:[^:]*:){4})(?:[a-z-]+[:/])?/, '$&other-'),
  ].flatMap((other) => (other === resource ? [] : [{ ...access, resource: other }]));
}

describe('the recorded run', () => {
  test('went well', () => {
    const lost = /^UnhealthyError: the event is not in .*: stored nowhere: every hop works$/;
    const { [`event_pipeline: ${LOST}`]: atLoss, ...others } = outcomes;
    expect(atLoss).toMatch(lost);
    expect(others).toEqual(
      Object.fromEntries(
        Object.keys(others).map((name) => [name, /^the vault/.test(name) ? expect.anything() : 'working']),
      ),
    );
  });

  test('saw every kind call AWS that has permissions of its own, and no other', async () => {
    const files = await readdir(join(import.meta.dirname, '../../infra/iam'));
    const kinds = new Set(files.map((file) => file.replace(/\..*/, '')));
    expect([...callers].sort()).toEqual([...kinds].sort());
  });
});

describe('the template', () => {
  test('has no identity policy but those that are looked at here, and one of AWS', () => {
    const resources = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
    expect(new Set(resources.map(({ Type }) => Type))).toEqual(new Set(['AWS::IAM::Role', 'AWS::IAM::RolePolicy']));
    expect(new Set(statements.map(({ role }) => role))).toEqual(new Set([FUNCTION, CANARY]));
    // Lambda puts the function into a VPC with it.
    const ofAws = resources.flatMap(({ Properties }) => Properties?.ManagedPolicyArns ?? []);
    expect(JSON.stringify(ofAws)).toMatch(
      /^\[{[^{]*{[^{}]*},":iam::aws:policy\/service-role\/AWSLambdaVPCAccessExecutionRole"\]\]}\]$/,
    );
  });
});

describe.each([FUNCTION, CANARY])('%s', (role) => {
  test('may do what it needs to', async () => {
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

  test('may not do the same to anything else', async () => {
    expect(await allowed(role, needs(role).flatMap(elsewhere))).toEqual([]);
  });

  test('may not do what the other needs', async () => {
    const others = needs(role === FUNCTION ? CANARY : FUNCTION).filter(({ resource }) => resource !== '*');
    expect(await allowed(role, others)).toEqual([]);
  });

  test('may do nothing of what is forbidden', async () => {
    const forbidden = Object.entries(FORBIDDEN).flatMap(([action, resources]) =>
      resources.map((resource) => ({ action, resource })),
    );
    expect(await allowed(role, forbidden)).toEqual([]);
  });
});
