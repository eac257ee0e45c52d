/** Maps a request to AWS, from its wire format, to the actions and resources that IAM is asked about. */
import type { RecordedCall } from './aws-proxy.ts';

/** The account of the emulator. */
export const ACCOUNT = '123456789012';

/**
 * One question to IAM:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export interface Access {
  /** `secretsmanager:GetSecretValue`. */
  readonly action: string;
  /** An ARN, or `*` where the action supports no single resources. */
  readonly resource: string;
  /** Condition keys of the request, by name. */
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * A request may need several accesses. They are looked up, never guessed.
 *
 * @throws Error when the tables have no row for it, because a kind makes a new call.
 */
export function accessesOf(call: RecordedCall): readonly Access[] {
  const { service, region } = signedFor(call);
  const target = call.headers['x-amz-target'];
  if (typeof target === 'string') return jsonAccesses(call, service, region, target);
  return [queryAccess(call, service) ?? mailAccess(call, region) ?? restAccess(call, service)];
}

/**
 * The signature contains the service and the region:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function signedFor({ headers, method, path }: RecordedCall): { service: string; region: string } {
  const scope = /Credential=[^/]+\/\d+\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request/.exec(
    headers.authorization ?? '',
  );
  const { service, region } = scope?.groups ?? {};
  if (service === undefined || region === undefined) throw new Error(`not signed: ${method} ${path}`);
  return { service, region };
}

/** The fields that are read from requests and answers. */
interface Fields {
  readonly Name?: string;
  readonly EventBusName?: string;
  readonly Rule?: string;
  readonly Entries?: readonly { readonly EventBusName?: string }[];
  readonly SecretId?: string;
  readonly SecretIdList?: readonly string[];
  readonly SecretValues?: readonly { readonly ARN: string }[];
  readonly ARN?: string;
  readonly QueueName?: string;
  readonly QueueUrl?: string;
  readonly ConnectionArn?: string;
  readonly ApiDestinationArn?: string;
  readonly TableName?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName: string }>>[];
}

/** The resources of a request. `arn` makes an ARN from the part that follows the account. */
type Resources = (input: Fields, answer: Fields, arn: (name: string) => string) => readonly (string | undefined)[];

const everything: Resources = () => ['*'];
/** The ARN of a rule on the default bus does not name the bus. */
const rule =
  (name: 'Name' | 'Rule'): Resources =>
  ({ EventBusName: bus = 'default', [name]: rule }, _answer, arn) => [
    arn(`rule/${bus === 'default' ? '' : `${bus}/`}${String(rule)}`),
  ];
/** If there is no such secret, its ARN is unknown too, and IAM is asked about its name. */
const secret: Resources = ({ SecretId = '' }, { ARN }, arn) => [
  ARN ?? (SecretId.startsWith('arn:') ? SecretId : arn(`secret:${SecretId}`)),
];

/** The URL of a queue ends in its name, which is the whole rest of its ARN. */
const queue: Resources = ({ QueueName, QueueUrl = '' }, _answer, arn) => [
  arn(QueueName ?? QueueUrl.replace(/.*\//, '')),
];

const table: Resources = ({ TableName = '' }, _answer, arn) => [arn(`table/${TableName}`)];
/** The tables of one kind of item in a transaction. Each kind is an action of its own. */
const written =
  (kind: 'Put' | 'Delete'): Resources =>
  ({ TransactItems = [] }, _answer, arn) =>
    TransactItems.flatMap(({ [kind]: item }) => (item === undefined ? [] : [arn(`table/${item.TableName}`)]));

/** Protocols that name the operation in the header X-Amz-Target. */
const JSON_CALLS: Readonly<Record<string, Readonly<Record<string, Resources>>>> = {
  'secretsmanager.GetSecretValue': { 'secretsmanager:GetSecretValue': secret },
  'secretsmanager.DescribeSecret': { 'secretsmanager:DescribeSecret': secret },
  'secretsmanager.ListSecrets': { 'secretsmanager:ListSecrets': everything },
  // The caller also needs the permission to read each secret that it returns:
  // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
  'secretsmanager.BatchGetSecretValue': {
    'secretsmanager:BatchGetSecretValue': everything,
    'secretsmanager:GetSecretValue': (_input, { SecretValues = [] }) => SecretValues.map(({ ARN }) => ARN),
  },
  'AmazonSQS.GetQueueUrl': { 'sqs:GetQueueUrl': queue },
  'AmazonSQS.GetQueueAttributes': { 'sqs:GetQueueAttributes': queue },
  'AmazonSQS.SendMessage': { 'sqs:SendMessage': queue },
  'AmazonSQS.SendMessageBatch': { 'sqs:SendMessage': queue },
  'AmazonSQS.ChangeMessageVisibility': { 'sqs:ChangeMessageVisibility': queue },
  'DynamoDB_20120810.GetItem': { 'dynamodb:GetItem': table },
  'DynamoDB_20120810.Query': { 'dynamodb:Query': table },
  'DynamoDB_20120810.BatchGetItem': {
    'dynamodb:BatchGetItem': ({ RequestItems = {} }, _answer, arn) =>
      Object.keys(RequestItems).map((name) => arn(`table/${name}`)),
  },
  'DynamoDB_20120810.TransactWriteItems': {
    'dynamodb:PutItem': written('Put'),
    'dynamodb:DeleteItem': written('Delete'),
  },
  'AWSEvents.PutEvents': {
    'events:PutEvents': ({ Entries = [] }, _answer, arn) =>
      Entries.map(({ EventBusName = 'default' }) => arn(`event-bus/${EventBusName}`)),
  },
  'AWSEvents.TestEventPattern': { 'events:TestEventPattern': everything },
  'AWSEvents.DescribeEventBus': {
    'events:DescribeEventBus': ({ Name = 'default' }, _answer, arn) => [arn(`event-bus/${Name}`)],
  },
  'AWSEvents.DescribeRule': { 'events:DescribeRule': rule('Name') },
  'AWSEvents.ListTargetsByRule': { 'events:ListTargetsByRule': rule('Rule') },
  // The reference shows these two without the id at the end of their ARNs. Both forms must be allowed.
  'AWSEvents.DescribeConnection': {
    'events:DescribeConnection': ({ Name }, { ConnectionArn }, arn) => [
      arn(`connection/${String(Name)}`),
      ConnectionArn,
    ],
  },
  'AWSEvents.DescribeApiDestination': {
    'events:DescribeApiDestination': ({ Name }, { ApiDestinationArn }, arn) => [
      arn(`api-destination/${String(Name)}`),
      ApiDestinationArn,
    ],
  },
};

function jsonAccesses(call: RecordedCall, service: string, region: string, target: string): readonly Access[] {
  const row = JSON_CALLS[target];
  if (row === undefined) throw new Error(`no row for the call ${target} in ${import.meta.filename}`);
  const [input, answer] = [JSON.parse(call.body) as Fields, JSON.parse(call.answer) as Fields];
  const arn = (name: string) => `arn:aws:${service}:${region}:${ACCOUNT}:${name}`;
  return Object.entries(row).flatMap(([action, resources]) =>
    resources(input, answer, arn).flatMap((resource) => (resource === undefined ? [] : [{ action, resource }])),
  );
}

/** The protocol of SNS names the operation in the body. */
function queryAccess({ body }: RecordedCall, service: string): Access | undefined {
  const form = new URLSearchParams(body);
  if (service !== 'sns' || form.get('Action') !== 'Publish') return undefined;
  return { action: 'sns:Publish', resource: form.get('TopicArn') ?? '' };
}

/** A mail is allowed by the identity that it is from, which is an address or its domain. */
function mailAccess({ method, path, body }: RecordedCall, region: string): Access | undefined {
  if (`${method} ${path}` !== 'POST /v2/email/outbound-emails') return undefined;
  const { FromEmailAddress } = JSON.parse(body) as { FromEmailAddress: string };
  const domain = FromEmailAddress.replace(/.*@|>$/g, '');
  return { action: 'ses:SendEmail', resource: `arn:aws:ses:${region}:${ACCOUNT}:identity/${domain}` };
}

/** Each access once, ordered by action. */
export function distinct(accesses: readonly Access[]): readonly Access[] {
  const byText = new Map(accesses.map((access) => [`${access.action} ${access.resource}`, access]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, access]) => access);
}

interface RestCall {
  /** Service, method and path with its query. */
  readonly request: RegExp;
  readonly action: string;
  /** May contain $1 for what the expression captured. */
  readonly resource: string;
}

const s3 = (method: string, name: string): RestCall => ({
  request: new RegExp(`^s3 ${method} /([^?]+/[^?]+)[?]x-id=${name}$`),
  action: `s3:${name}`,
  resource: 'arn:aws:s3:::$1',
});

/** Protocols that name the operation by method and path. For S3, the SDK adds the operation as x-id. */
const REST_CALLS: readonly RestCall[] = [
  s3('PUT', 'PutObject'),
  s3('GET', 'GetObject'),
  s3('DELETE', 'DeleteObject'),
  {
    request: /^cloudfront GET \/2020-05-31\/distribution\/(\w+)$/,
    action: 'cloudfront:GetDistribution',
    resource: `arn:aws:cloudfront::${ACCOUNT}:distribution/$1`,
  },
];

function restAccess({ method, path }: RecordedCall, service: string): Access {
  const asked = `${service} ${method} ${path}`;
  const row = REST_CALLS.find(({ request }) => request.test(asked));
  if (row === undefined) throw new Error(`no row for the call ${asked} in ${import.meta.filename}`);
  return { action: row.action, resource: decodeURIComponent(asked.replace(row.request, row.resource)) };
}
