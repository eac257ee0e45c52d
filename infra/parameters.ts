/** Values that serverless.yml derives from its parameters: the optional parts to deploy, and ARNs made from names. */
import { assigned } from './assignments.ts';
import { variablesOf } from './document-env.ts';
import { itemsOf, mistakesIn, textOf, unknownIn } from './parameter-checks.ts';

/**
 * What osls passes to a function that a variable refers to.
 * https://github.com/oss-serverless/osls/blob/4.x/docs/guides/variables.md
 */
export interface Variables {
  readonly resolveVariable: (name: string) => Promise<unknown>;
  readonly resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown>;
  /** The options of the command line. */
  readonly options: { readonly param?: readonly string[] };
}

/** The stage of `npm run offline`, whose function runs on this machine. */
const OFFLINE = 'offline';

type Switch = 'on' | 'off';
type Sub = { readonly 'Fn::Sub': string };
type Arn = string | Sub;

/** Which optional parts to deploy, by their names in serverless.yml. */
export async function wanted(variables: Variables): Promise<Readonly<Record<string, Switch>>> {
  await refuseMistakes(variables);
  const { list, text } = read(variables);
  const given = async (name: string): Promise<boolean> => (await list(name)).length > 0;
  const inVault = (await namespacePrefix(variables)) !== undefined;
  const history = await records(variables);
  const parts = {
    secrets_manager: inVault,
    secrets_manager_kms: inVault && (await given('secretKeys')),
    s3: await given('s3Buckets'),
    s3_read: await given('s3Objects'),
    s3_kms: await given('s3BucketKeys'),
    cloudfront: await given('distributions'),
    celery_queue: await given('sqsQueues'),
    celery_queue_kms: await given('sqsQueueKeys'),
    eventbridge_rule: await given('eventRules'),
    eventbridge_api_destination: await given('eventDestinations'),
    eventbridge_connection: await given('eventConnections'),
    eventbridge_credentials: await given('eventConnections'),
    event_pipeline: await given('eventBuses'),
    vpc: await given('vpcSubnets'),
    domain: await given('domainName'),
    public_page: await given('publicNamespace'),
    domain_base_path: (await publicBasePath(variables)) !== '',
    canary: await given('canaryTokenSecret'),
    canary_alarm: (await given('canaryTokenSecret')) && (await given('alarmTopic')),
    alarms: await given('alarmTopic'),
    dashboard: (await text('dashboard')) === 'on',
    history,
    history_vault: history && inVault,
    history_vault_kms: history && inVault && (await given('secretKeys')),
    history_tracing: history && (await tracing(variables)),
    history_topics: history && (await given('noticeTopics')),
    history_senders: history && (await given('noticeSenders')),
    history_alarms: history && (await given('alarmTopic')),
    history_dashboard: history && (await text('dashboard')) === 'on',
    route53: await given('route53TokenSecret'),
  };
  return Object.fromEntries(Object.entries(parts).map(([name, isWanted]) => [name, isWanted ? 'on' : 'off']));
}

/** ARNs of the resources that the parameters name. Subnets and security groups stay as they are. */
export async function arns(variables: Variables): Promise<Readonly<Record<string, readonly Arn[]>>> {
  const { list } = read(variables);
  const of = async (name: string, make: (item: string) => readonly string[]): Promise<Arn[]> =>
    (await list(name)).flatMap((item): Arn[] => (item.startsWith('arn:') ? [item] : make(item).map(sub)));
  const prefix = await namespacePrefix(variables);
  return {
    secrets: [
      ...(prefix === undefined ? [] : [sub(secret(`${prefix}/*`))]),
      // Secrets Manager appends a hyphen and six characters to a name:
      // https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
      ...(await of('secrets', (name) => [secret(`${name}-??????`)])),
    ],
    secretKeys: await list('secretKeys'),
    s3RoundTrip: await of('s3Buckets', (bucket) => [`arn:\${AWS::Partition}:s3:::${bucket}/healthgate/*`]),
    s3Objects: await of('s3Objects', (object) => [`arn:\${AWS::Partition}:s3:::${object}`]),
    s3BucketKeys: await list('s3BucketKeys'),
    distributions: await of('distributions', (id) => [
      `arn:\${AWS::Partition}:cloudfront::\${AWS::AccountId}:distribution/${id}`,
    ]),
    sqsQueues: await of('sqsQueues', (queue) => [
      `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${queue}`,
    ]),
    sqsQueueKeys: await list('sqsQueueKeys'),
    eventBuses: await of('eventBuses', (bus) => [events(`event-bus/${bus}`)]),
    // The ARN of a rule on the default bus does not name the bus:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
    eventRules: await of('eventRules', (rule) => [events(`rule/${rule.replace(/^default\//, '')}`)]),
    // Their ARNs end in a generated id, but the ARN in a permission check may end with the name.
    eventConnections: await of('eventConnections', (name) => [
      events(`connection/${name}`),
      events(`connection/${name}/*`),
    ]),
    eventDestinations: await of('eventDestinations', (name) => [
      events(`api-destination/${name}`),
      events(`api-destination/${name}/*`),
    ]),
    connectionSecrets: await of('eventConnections', (name) => [secret(`events!connection/${name}/*`)]),
    noticeTopics: await of('noticeTopics', (topic) => [
      `arn:\${AWS::Partition}:sns:\${AWS::Region}:\${AWS::AccountId}:${topic}`,
    ]),
    noticeSenders: await of('noticeSenders', (identity) => [
      `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/${identity}`,
    ]),
    vpcSubnets: await list('vpcSubnets'),
    vpcSecurityGroups: await list('vpcSecurityGroups'),
  };
}

/** Host name of the API: the custom domain if there is one. */
export async function host(variables: Variables): Promise<string | Sub> {
  const name = await read(variables).text('domainName');
  return name === '' ? sub('${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}') : name;
}

/** The environment variables of the functions. What is off is left out. */
export async function environment(variables: Variables): Promise<Readonly<Record<string, string | Sub>>> {
  const { list, text } = read(variables);
  const tokenSecret = await text('vaultTokenSecret');
  const ca = await text('vaultCa');
  const given = {
    HEALTHGATE_VAULT: await text('vault'),
    HEALTHGATE_BASE_PATH: await basePath(variables),
    HEALTHGATE_CORS_ORIGINS: await text('corsOrigins'),
    HEALTHGATE_PUBLIC_NAMESPACE: await text('publicNamespace'),
    HEALTHGATE_METRICS: await text('metrics'),
    HEALTHGATE_HISTORY: (await records(variables)) ? sub('dynamodb:${HistoryTable}') : '',
    VAULT_ADDR: await text('vaultAddress'),
    // CloudFormation inserts the token during the deployment, so no file and no template contains it.
    VAULT_TOKEN: tokenSecret === '' ? '' : `{{resolve:secretsmanager:${tokenSecret}:SecretString}}`,
    VAULT_NAMESPACE: await text('vaultNamespace'),
    VAULT_CACERT: ca === '' ? '' : `/var/task/${ca}`, // where Lambda unpacks the artifact
    ...variablesOf(await list('env')),
    ...assigned(await list('variables')),
  };
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => name === 'HEALTHGATE_VAULT' || value !== ''),
  );
}

/** Tags of the stack. */
export async function tags(variables: Variables): Promise<Readonly<Record<string, string>>> {
  return assigned(await read(variables).list('tags'));
}

/** Whether AWS X-Ray traces the function. */
export async function tracing(variables: Variables): Promise<boolean> {
  return (await read(variables).text('tracing')) === 'on';
}

/** The functions that belong in the artifact, as a pattern of files. */
export async function functionFiles(variables: Variables): Promise<string> {
  return (await records(variables)) ? 'dist/functions/**' : 'dist/functions/health.js';
}

/** What else belongs in the artifact: the certificate of the vault, or a file that is in it anyway. */
export async function certificate(variables: Variables): Promise<string> {
  return (await read(variables).text('vaultCa')) || 'package.json';
}

/** What stands before the path in public URLs: `/ops`, or empty. Only the custom domain has a base path. */
export async function publicBasePath(variables: Variables): Promise<string> {
  return (await read(variables).text('domainName')) === '' ? '' : basePath(variables);
}

/** The base path as API Gateway writes it: `ops`. */
export async function mappingKey(variables: Variables): Promise<string> {
  return (await publicBasePath(variables)).slice(1);
}

/** The parameter as a path, `/ops`; empty for none. */
async function basePath(variables: Variables): Promise<string> {
  const key = (await read(variables).text('basePath')).replace(/^\/+|\/+$/g, '');
  return key === '' ? '' : `/${key}`;
}

/** The parameter as a number; `none` leaves the property out. */
export async function reservedConcurrency(variables: Variables): Promise<number | { readonly Ref: 'AWS::NoValue' }> {
  const value = await read(variables).text('reservedConcurrency');
  if (value === 'none') return { Ref: 'AWS::NoValue' };
  return Number(value);
}

/** How many batches each function that reads a queue handles concurrently. */
export async function concurrency(variables: Variables): Promise<Readonly<Record<string, number>>> {
  const { text } = read(variables);
  return { record: Number(await text('recordConcurrency')), notify: Number(await text('noticeConcurrency')) };
}

/** The roles of the functions that run checks: that of the endpoint, which osls makes, and that of the recorder. */
export async function checkingRoles(variables: Variables): Promise<readonly { readonly Ref: string }[]> {
  return [{ Ref: 'IamRoleLambdaExecution' }, ...((await records(variables)) ? [{ Ref: 'RecordRole' }] : [])];
}

/** What AWS has ready for roles of our own. osls gives the same to the role that it makes. */
export async function managedPolicies(variables: Variables): Promise<readonly Sub[]> {
  const isInVpc = (await read(variables).list('vpcSubnets')).length > 0;
  return isInVpc ? [sub('arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole')] : [];
}

/** Seconds after which CloudWatch may expect the next run of a canary at the earliest. */
const LEAST_PERIOD = 300;

/**
 * What the canary's alarm makes of its runs: two that fail, or do not come, one after the other. By cron, they may be
 * rare, and nothing tells when the next one is due. So the latest run counts until the next.
 */
export async function canaryAlarm(
  variables: Variables,
): Promise<{ readonly period: number; readonly runs: number; readonly missing: 'breaching' | 'ignore' }> {
  const [, count = '', unit] = /^rate\((\d+) (minute|hour)/.exec(await read(variables).text('canarySchedule')) ?? [];
  if (unit === undefined) return { period: LEAST_PERIOD, runs: 1, missing: 'ignore' };
  const seconds = Number(count) * (unit === 'hour' ? 3600 : 60);
  return { period: Math.max(LEAST_PERIOD, seconds), runs: 2, missing: 'breaching' };
}

/** Whether namespaces are recorded. */
async function records(variables: Variables): Promise<boolean> {
  return (await read(variables).text('history')) === 'on';
}

/**
 * One entry of the access log:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  protocol: '$context.protocol',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  responseMs: '$context.responseLatency',
  integrationMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
});

function read({ resolveVariable }: Variables) {
  const value = async (name: string): Promise<unknown> => resolveVariable(`param:${name}`);
  return {
    text: async (name: string): Promise<string> => textOf(await value(name)),
    /** A parameter that is a list, or one string with commas. */
    list: async (name: string): Promise<string[]> => itemsOf(await value(name)),
  };
}

/** infra/osls.ts looks for them earlier. This is for values that only osls knows, and for those who call osls. */
async function refuseMistakes({ resolveVariable, resolveConfigurationProperty, options }: Variables): Promise<void> {
  const params = (await resolveConfigurationProperty(['params'])) as Readonly<Record<string, object>>;
  const known = Object.keys(params.default ?? {});
  const named = [
    ...Object.values(params).flatMap((stage) => Object.keys(stage)),
    ...(options.param ?? []).map((assignment) => assignment.split('=', 1)[0] ?? ''),
  ];
  const values: Record<string, unknown> = {};
  for (const name of known) values[name] = await resolveVariable(`param:${name}`);
  const isOnAws = (await resolveVariable('sls:stage')) !== OFFLINE;
  const [first] = [...unknownIn(named, known), ...mistakesIn(values, { isOnAws })];
  if (first !== undefined) throw new Error(first);
}

/** Prefix of the namespaces' secrets, without a trailing slash; undefined if the vault is not Secrets Manager. */
async function namespacePrefix(variables: Variables): Promise<string | undefined> {
  const vault = await read(variables).text('vault');
  return /^secretsmanager:(?<prefix>.+?)\/*$/.exec(vault)?.groups?.prefix;
}

function sub(text: string): Sub {
  return { 'Fn::Sub': text };
}

function secret(name: string): string {
  return `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}`;
}

function events(name: string): string {
  return `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:${name}`;
}
