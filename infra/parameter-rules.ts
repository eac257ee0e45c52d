/** What each parameter of serverless.yml may be. */
import { namespaceOf } from '../lib/document/tokens.ts';
import { CheckError } from '../lib/errors.ts';
import { parseOptions } from '../lib/http/options.ts';

/** What a parameter, or each item of a list, must be. */
export interface Rule {
  readonly expected: string;
  readonly fits: (text: string) => boolean;
}

const arn = (service: string, resource: string) =>
  new RegExp(`^arn:aws[\\w-]*:${service}:[a-z0-9-]*:(?:\\d{12})?:${resource}$`);

const rule = (expected: string, ...forms: readonly RegExp[]): Rule => ({
  expected,
  fits: (text) => forms.some((form) => form.test(text)),
});

const wholeNumber = (expected: string, min: number, max = Infinity): Rule => ({
  expected,
  fits: (text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max,
});

const SECRET_NAME = /^[\w/+=.@!-]{1,512}$/;
const SECRET = rule(
  'the name of a secret, such as prod/postgres, or its ARN',
  SECRET_NAME,
  arn('secretsmanager', 'secret:.+'),
);
const TOKEN_SECRET: Rule = {
  expected: 'the name of the secret that holds the token',
  fits: (text) => SECRET_NAME.test(text) && namespaceOf(text) === undefined,
};
const KEY = rule(
  'the ARN of a KMS key, such as arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111',
  arn('kms', 'key/[\\w-]+'),
);
const BUS_ITEM = '[\\w./-]+';

/** https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html */
const CONCURRENCY = wholeNumber('a whole number from 2 to 1000', 2, 1000);

/** Number of days that CloudWatch can keep logs: the property RetentionInDays of AWS::Logs::LogGroup. */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Lists, by what each of their items must be. */
export const LISTS: Readonly<Record<string, Rule>> = {
  secrets: SECRET,
  secretKeys: KEY,
  s3Buckets: rule(
    'the name of a bucket, or an ARN such as arn:aws:s3:::assets/probes/*',
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    arn('s3', '[^/]+/.+'),
  ),
  s3Objects: rule(
    'an object as <bucket>/<key>, or its ARN',
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.+$/,
    arn('s3', '[^/]+/.+'),
  ),
  s3BucketKeys: KEY,
  distributions: rule(
    'the id of a CloudFront distribution, such as E2EXAMPLE1234, or its ARN',
    /^[A-Z0-9]{8,}$/,
    arn('cloudfront', 'distribution/[A-Z0-9]+'),
  ),
  sqsQueues: rule(
    'the name of a queue as SQS has it, such as celery or jobs.fifo, or its ARN',
    /^[\w-]{1,80}(?:\.fifo)?$/,
    arn('sqs', '[\\w-]+(?:\\.fifo)?'),
  ),
  sqsQueueKeys: KEY,
  eventBuses: rule('the name of an event bus, or its ARN', new RegExp(`^${BUS_ITEM}$`), arn('events', 'event-bus/.+')),
  eventRules: rule(
    'a rule as <rule> or <bus>/<rule>, or its ARN',
    new RegExp(`^(?:${BUS_ITEM}/)?[\\w.-]+$`),
    arn('events', 'rule/.+'),
  ),
  eventConnections: rule('the name of a connection, or its ARN', /^[\w.-]{1,64}$/, arn('events', 'connection/.+')),
  eventDestinations: rule(
    'the name of an API destination, or its ARN',
    /^[\w.-]{1,64}$/,
    arn('events', 'api-destination/.+'),
  ),
  noticeTopics: rule(
    'the name of an SNS topic, or its ARN',
    /^[\w-]{1,256}(?:\.fifo)?$/,
    arn('sns', '[\\w-]+(?:\\.fifo)?'),
  ),
  noticeSenders: rule(
    'an identity of SES, such as example.com or health@example.com, or its ARN',
    /^(?:[\w.+-]{1,64}@)?[a-z0-9][a-z0-9.-]{0,250}\.[a-z]{2,}$/i,
    arn('ses', 'identity/.+'),
  ),
  // https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  tags: rule(
    'a tag as key=value, with letters, digits, spaces and _.:/+-@',
    /^(?!aws:)[\p{L}\p{N} _.:/+@-]{1,128}=[\p{L}\p{N} _.:/=+@-]{0,256}$/u,
  ),
  vpcSubnets: rule('the id of a subnet, such as subnet-0123456789abcdef0', /^subnet-[0-9a-f]+$/),
  vpcSecurityGroups: rule('the id of a security group, such as sg-0123456789abcdef0', /^sg-[0-9a-f]+$/),
};

export const ON_AWS = 'secretsmanager:<prefix> or hashicorp:<mount/prefix>';

/** Parameters with one value. Empty means off, but for those in `NEEDED`. */
export const TEXTS: Readonly<Record<string, Rule>> = {
  vault: rule(ON_AWS, /^secretsmanager:[\w/+=.@!-]+$/, /^hashicorp:[^/]+(?:\/.*)?$/, /^file:.+$/),
  vaultAddress: rule(
    'the address of the vault, such as https://vault.example:8200',
    /^https?:\/\/[\w.-]+(?::\d+)?(?:\/.*)?$/,
    /^https?:\/\/\[[\da-f:]+\](?::\d+)?(?:\/.*)?$/i,
  ),
  vaultTokenSecret: TOKEN_SECRET,
  vaultNamespace: rule('a namespace of the vault, such as team/prod', /^[\x21-\x7e]+$/),
  vaultCa: rule(
    'the path of a PEM file below the project, such as certs/vault-ca.pem',
    /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[\w./-]+$/,
  ),
  reservedConcurrency: { expected: 'a whole number, or none', fits: (text) => /^(?:\d+|none)$/.test(text) },
  throttleRate: {
    expected: 'a number of requests per second above 0',
    fits: (text) => /^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0,
  },
  throttleBurst: wholeNumber('a whole number of requests from 1', 1),
  logRetention: {
    expected: `a number of days that CloudWatch knows (${LOG_DAYS.join(', ')})`,
    fits: (text) => LOG_DAYS.map(String).includes(text),
  },
  domainName: rule(
    'a domain name, such as health.example.com',
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i,
  ),
  domainCertificate: rule(
    'the ARN of a certificate, such as arn:aws:acm:eu-central-1:123456789012:certificate/11111111-1111',
    arn('acm', 'certificate/[\\w-]+'),
  ),
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
  basePath: rule('the beginning of a path, such as /ops', /^\/*[\w.$+!*'()-]+(?:\/[\w.$+!*'()-]+)*\/*$/),
  corsOrigins: {
    expected: '* alone, or origins such as https://status.example, separated by commas',
    fits: (corsOrigins) => parses(() => parseOptions({ corsOrigins })),
  },
  publicNamespace: {
    expected: 'the name of a namespace, such as shop',
    fits: (publicNamespace) => parses(() => parseOptions({ publicNamespace })),
  },
  tracing: rule('on or off', /^(?:on|off)$/),
  canaryTokenSecret: TOKEN_SECRET,
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-synthetics-canary-schedule.html
  canarySchedule: rule(
    'rate(<1 to 60> minutes), rate(1 hour) or cron(<six fields>)',
    /^rate\((?:1 minute|(?:[2-9]|[1-5]\d|60) minutes|1 hour)\)$/,
    /^cron\([^\s()]+(?: [^\s()]+){5}\)$/,
  ),
  alarmTopic: rule(
    'the ARN of an SNS topic, such as arn:aws:sns:eu-central-1:123456789012:on-call',
    arn('sns', '[\\w.-]+'),
  ),
  metrics: rule('namespace or checks', /^(?:namespace|checks)$/),
  dashboard: rule('on or off', /^(?:on|off)$/),
  history: rule('on or off', /^(?:on|off)$/),
  recordConcurrency: CONCURRENCY,
  noticeConcurrency: CONCURRENCY,
  route53TokenSecret: TOKEN_SECRET,
};

export const NEEDED = [
  'vault',
  'reservedConcurrency',
  'throttleRate',
  'throttleBurst',
  'logRetention',
  'recordConcurrency',
  'noticeConcurrency',
  'canarySchedule',
];

/** Parameters that make sense only together. */
export const PAIRS = [
  ['vpcSubnets', 'vpcSecurityGroups'],
  ['domainName', 'domainCertificate'],
] as const;

/** What only the functions that record use. */
export const OF_HISTORY = ['noticeTopics', 'noticeSenders'] as const;

/** What only a HashiCorp vault uses, and whether it needs it. */
export const OF_HASHICORP = {
  vaultAddress: true,
  vaultTokenSecret: true,
  vaultNamespace: false,
  vaultCa: false,
} as const;

function parses(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof CheckError) return false;
    throw error;
  }
}
