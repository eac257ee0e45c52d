/** Values that serverless.yml derives from its parameters: the optional parts to deploy, and ARNs made from names. */
import { closest } from 'fastest-levenshtein';

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

type Switch = 'on' | 'off';
type Sub = { readonly 'Fn::Sub': string };
type Arn = string | Sub;

/** Which optional parts to deploy, by their names in serverless.yml. */
export async function wanted(variables: Variables): Promise<Readonly<Record<string, Switch>>> {
  await refuseUnknown(variables);
  const { list, text } = read(variables);
  const given = async (name: string): Promise<boolean> => (await list(name)).length > 0;
  const both = async (one: string, other: string): Promise<boolean> => {
    const answers = [await given(one), await given(other)];
    if (answers[0] !== answers[1]) throw new Error(`${one} and ${other} must be set together`);
    return answers.every(Boolean);
  };
  const inVault = (await namespacePrefix(variables)) !== undefined;
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
    vpc: await both('vpcSubnets', 'vpcSecurityGroups'),
    domain: await both('domainName', 'domainCertificate'),
    domain_base_path: (await publicBasePath(variables)) !== '',
    canary: await given('canaryTokenSecret'),
    canary_alarm: (await given('canaryTokenSecret')) && (await given('alarmTopic')),
    alarms: await given('alarmTopic'),
    dashboard: oneOf(await text('dashboard'), 'dashboard', ['on', 'off']) === 'on',
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
    vpcSubnets: await list('vpcSubnets'),
    vpcSecurityGroups: await list('vpcSecurityGroups'),
  };
}

/** Host name of the API: the custom domain if there is one. */
export async function host(variables: Variables): Promise<string | Sub> {
  const name = await read(variables).text('domainName');
  return name === '' ? sub('${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}') : name;
}

/** The environment variables of the function. What is off is left out. */
export async function environment(variables: Variables): Promise<Readonly<Record<string, string>>> {
  const { text } = read(variables);
  const given = {
    HEALTHGATE_VAULT: await text('vault'),
    HEALTHGATE_BASE_PATH: await basePath(variables),
    HEALTHGATE_CORS_ORIGINS: await text('corsOrigins'),
  };
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => name === 'HEALTHGATE_VAULT' || value !== ''),
  );
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
  if (key === '') return '';
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
  if (!/^[\w.$+!*'()-]+(?:\/[\w.$+!*'()-]+)*$/.test(key)) {
    throw new Error('basePath must be the beginning of a path, such as /ops');
  }
  return `/${key}`;
}

/** The parameter as a number; `none` leaves the property out. */
export async function reservedConcurrency(variables: Variables): Promise<number | { readonly Ref: 'AWS::NoValue' }> {
  const value = await read(variables).text('reservedConcurrency');
  if (value === 'none') return { Ref: 'AWS::NoValue' };
  if (!/^\d+$/.test(value)) throw new Error('reservedConcurrency must be a whole number or none');
  return Number(value);
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
  const text = async (name: string): Promise<string> => String(await value(name)).trim();
  /** A parameter that is a list, or one string with commas. */
  const list = async (name: string): Promise<string[]> => {
    const given = await value(name);
    const items = (Array.isArray(given) ? given : String(given).split(',')).map((item) => String(item).trim());
    if (items.includes('*')) throw new Error(`${name} must name each resource; * is not allowed`);
    return items.filter((item) => item !== '');
  };
  return { text, list };
}

/** osls ignores unknown parameters, so a misspelt permission would be noticed only when a check needs it. */
async function refuseUnknown({ resolveConfigurationProperty, options }: Variables): Promise<void> {
  const params = (await resolveConfigurationProperty(['params'])) as Readonly<Record<string, object>>;
  const known = Object.keys(params.default ?? {});
  const named = [
    ...Object.values(params).flatMap((stage) => Object.keys(stage)),
    ...(options.param ?? []).map((assignment) => assignment.split('=', 1)[0] ?? ''),
  ];
  const unknown = named.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Error(`unknown parameter ${unknown}; did you mean ${closest(unknown, known)}?`);
}

/** Prefix of the namespaces' secrets, without a trailing slash; undefined if the vault is not Secrets Manager. */
async function namespacePrefix(variables: Variables): Promise<string | undefined> {
  const vault = await read(variables).text('vault');
  return /^secretsmanager:(?<prefix>.+?)\/*$/.exec(vault)?.groups?.prefix;
}

function oneOf(value: string, name: string, values: readonly string[]): string {
  if (!values.includes(value)) throw new Error(`${name} must be one of: ${values.join(', ')}`);
  return value;
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
