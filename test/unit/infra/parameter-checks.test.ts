import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { mistakesIn, unknownIn } from '../../../infra/parameter-checks.ts';
import { createToken } from '../../../lib/document/tokens.ts';

const { params } = parse(await readFile(join(import.meta.dirname, '../../../serverless.yml'), 'utf8')) as {
  params: { default: Readonly<Record<string, unknown>> };
};

const mistakes = (values: object, isOnAws = true) => mistakesIn({ ...params.default, ...values }, { isOnAws });
const ACCOUNT = 'eu-central-1:123456789012';
const HASHICORP = { vault: 'hashicorp:secret/hg', vaultAddress: 'https://v.example', vaultTokenSecret: 'token' };
const ALIEN_ARN = `arn:aws:sqs:${ACCOUNT}:queue`;

test('finds no mistake in the defaults, whose variables only osls can resolve', () => {
  expect(mistakes({})).toEqual([]);
});

describe('a value that can be right', () => {
  test.each<[string, ...unknown[]]>([
    ['vault', 'secretsmanager:hg/', '${env:VAULT}'],
    ['secrets', ['prod/postgres', 'rds!db-1'], `arn:aws:secretsmanager:${ACCOUNT}:secret:a-bCdEfG`],
    ['secretKeys', `arn:aws-cn:kms:cn-north-1:123456789012:key/1-1`],
    ['s3Buckets', 'assets, media.example', 'arn:aws:s3:::assets/probes/*'],
    ['s3Objects', 'assets/index.html', 'arn:aws:s3:::assets/a b'],
    ['distributions', 'E2EXAMPLE1234'],
    ['eventBuses', 'default', 'aws.partner/example.com/1', `arn:aws:events:${ACCOUNT}:event-bus/shop`],
    ['eventRules', 'to-audit', 'shop/to-history', `arn:aws:events:${ACCOUNT}:rule/shop/to-history`],
    ['eventConnections', 'history', `arn:aws:events:${ACCOUNT}:connection/history/1-1`],
    ['eventDestinations', 'history'],
    ['reservedConcurrency', 'none', 0, '10'],
    ['throttleRate', 0.5, '20'],
    ['logRetention', 3653],
    ['basePath', '/ops', 'a/b', '/ops/'],
    ['corsOrigins', '*', 'https://a.example, https://b.example:8443'],
    ['canaryTokenSecret', 'healthgate-canary'],
    ['canarySchedule', 'rate(1 minute)', 'rate(1 hour)', 'cron(0/5 * * * ? *)'],
    ['alarmTopic', `arn:aws:sns:${ACCOUNT}:on-call`],
    ['tags', [], 'team=shop,cost center=4711', ['owner=']],
    ['publicNamespace', 'shop'],
    ['metrics', 'namespace', 'checks'],
    ['tracing', 'on', 'off'],
    ['history', 'on', 'off', '${env:HISTORY}'],
    ['recordConcurrency', 2, '100', 1000],
    ['noticeConcurrency', 2],
    ['variables', [], 'NODE_OPTIONS=--no-deprecation', ['AWS_ENDPOINT_URL=http://x', 'OTEL_A={{resolve:ssm:a}}']],
    ['env', [], ['AWS_REGION', 'DB={{resolve:secretsmanager:db:SecretString:url}}'], 'AA=1,BB=2'],
  ])('of %s is accepted', (name, ...values) => {
    for (const value of values) expect(mistakes({ [name]: value })).toEqual([]);
  });

  test('is accepted where it needs another', () => {
    const noticeSenders = `example.com, health@example.com, arn:aws:ses:${ACCOUNT}:identity/example.com`;
    const noticeTopics = ['on-call', 'on-call.fifo', `arn:aws:sns:${ACCOUNT}:on-call`];
    expect(mistakes({ history: 'on', noticeTopics, noticeSenders })).toEqual([]);
    expect(mistakes({ vpcSubnets: 'subnet-1a', vpcSecurityGroups: ['sg-1a'] })).toEqual([]);
    expect(mistakes({ ...HASHICORP, vaultNamespace: 'team/prod', vaultCa: 'certs/ca.pem' })).toEqual([]);
    expect(mistakes({ ...HASHICORP, vaultAddress: 'http://[::1]:8200' })).toEqual([]);
  });
});

describe('a mistake', () => {
  test.each<[string, unknown, string]>([
    [
      'vault',
      'secretmanager:hg',
      'expected secretsmanager:<prefix> or hashicorp:<mount/prefix>, got "secretmanager:hg"',
    ],
    ['vault', '', 'expected secretsmanager:<prefix> or hashicorp:<mount/prefix>, got nothing'],
    [
      'secrets',
      'prod postgres',
      'expected the name of a secret, such as prod/postgres, or its ARN, got "prod postgres"',
    ],
    ['secrets', '*', 'expected each resource by its name, got *'],
    ['secretKeys', 'alias/hg', 'got "alias/hg"'],
    ['s3Buckets', ['good', 'Bad_Name'], 'got "Bad_Name"'],
    ['s3Objects', 'assets', 'expected an object as <bucket>/<key>, or its ARN, got "assets"'],
    ['s3BucketKeys', ALIEN_ARN, `got "${ALIEN_ARN}"`],
    ['distributions', 'd111.cloudfront.net', 'got "d111.cloudfront.net"'],
    ['eventBuses', ALIEN_ARN, `got "${ALIEN_ARN}"`],
    ['eventRules', 'a b', 'expected a rule as <rule> or <bus>/<rule>, or its ARN, got "a b"'],
    ['eventConnections', 'a/b', 'got "a/b"'],
    ['eventDestinations', 'a/b', 'got "a/b"'],
    ['reservedConcurrency', 'many', 'expected a whole number, or none, got "many"'],
    ['throttleRate', '0', 'expected a number of requests per second above 0, got "0"'],
    ['throttleRate', '20/s', 'got "20/s"'],
    ['throttleBurst', 1.5, 'expected a whole number of requests from 1, got "1.5"'],
    ['logRetention', 31, 'got "31"'],
    ['vpcSubnets', 'vpc-1', 'expected the id of a subnet, such as subnet-0123456789abcdef0, got "vpc-1"'],
    ['vpcSecurityGroups', 'default', 'got "default"'],
    ['domainName', 'https://health.example.com', 'got "https://health.example.com"'],
    ['domainCertificate', ALIEN_ARN, `got "${ALIEN_ARN}"`],
    ['basePath', 'a b', 'expected the beginning of a path, such as /ops, got "a b"'],
    ['basePath', 'a//b', 'got "a//b"'],
    ['corsOrigins', 'status.example', 'got "status.example"'],
    ['canarySchedule', 'every 5 minutes', 'got "every 5 minutes"'],
    ['canarySchedule', 'rate(5 minute)', 'got "rate(5 minute)"'],
    ['canarySchedule', 'rate(90 minutes)', 'got "rate(90 minutes)"'],
    [
      'alarmTopic',
      'on-call',
      `expected the ARN of an SNS topic, such as arn:aws:sns:${ACCOUNT}:on-call, got "on-call"`,
    ],
    ['alarmTopic', ['a', 'b'], 'got ["a","b"]'],
    ['metrics', 'on', 'expected namespace or checks, got "on"'],
    ['dashboard', true, 'expected on or off, got "true"'],
    ['history', 'yes', 'expected on or off, got "yes"'],
    ['recordConcurrency', 1, 'expected a whole number from 2 to 1000, got "1"'],
    ['recordConcurrency', 'none', 'expected a whole number from 2 to 1000, got "none"'],
    ['noticeConcurrency', 1001, 'got "1001"'],
    ['noticeConcurrency', '', 'expected a whole number from 2 to 1000, got nothing'],
    ['noticeTopics', 'on-call', 'expected nothing, because history is off'],
    ['noticeSenders', 'example.com', 'expected nothing, because history is off'],
    ['env', 'A-B=1', 'got "A-B" before the ='],
    ['env', 'AA,AA=1', 'expected each variable only once, got AA twice'],
    ['env', 'AA=', 'expected a value after AA=, got nothing'],
    ['env', 'VAULT_TOKEN', 'expected no credentials of the function itself, got VAULT_TOKEN'],
    ['env', 'AWS_REGION=x', 'expected no value for AWS_REGION, which Lambda, Healthgate or the parameter'],
    ['env', 'OTEL_SDK_DISABLED=x', 'expected no value for OTEL_SDK_DISABLED, which'],
    ['variables', 'AA', 'expected NAME=value, got no = after "AA"'],
    ['variables', 'AA=1,AA=2', 'expected each variable only once, got AA twice'],
    ['variables', 'AA=', 'expected a value after AA=, got nothing'],
    ['variables', 'AWS_SECRET_ACCESS_KEY=1', 'expected no credentials of the function itself, got AWS_SECRET'],
    ['variables', 'HEALTHGATE_ENV=PATH', 'expected no value for HEALTHGATE_ENV, which another parameter sets'],
    ['variables', 'AWS_REGION=x', 'expected no value for AWS_REGION, which Lambda sets'],
    ['variables', 'AA={{resolve', 'expected a whole reference such as'],
    ['tags', 'team', 'expected a tag as key=value'],
    ['tags', 'aws:team=a', 'got "aws:team=a"'],
    ['tracing', 'yes', 'expected on or off, got "yes"'],
    ['publicNamespace', 'a/b', 'expected the name of a namespace, such as shop, got "a/b"'],
    ['env', 'DB={{resolve:ssm', 'expected a whole reference such as {{resolve:secretsmanager:<name>}} after DB='],
  ])('in %s, %j, is told in one sentence', (name, value, said) => {
    const found = mistakes({ [name]: value }).filter((mistake) => mistake.startsWith(`${name}: `));
    expect(found).toEqual([expect.stringContaining(said)]);
  });

  test('in a vault of files is told, unless the function runs on this machine', () => {
    expect(mistakes({ vault: 'file:vault' })).toEqual([
      'vault: expected secretsmanager:<prefix> or hashicorp:<mount/prefix>, got "file:vault": ' +
        'the function on AWS cannot read files of this machine',
    ]);
    expect(mistakes({ vault: 'file:vault' }, false)).toEqual([]);
  });

  test('names what is missing beside another parameter', () => {
    expect(mistakes({ vpcSubnets: 'subnet-1' })).toEqual([
      'vpcSecurityGroups: expected a value, because vpcSubnets is set, got nothing',
    ]);
    expect(mistakes({ domainCertificate: `arn:aws:acm:${ACCOUNT}:certificate/1` })).toEqual([
      'domainName: expected a value, because domainCertificate is set, got nothing',
    ]);
    expect(mistakes({ ...HASHICORP, vaultTokenSecret: '' })).toEqual([
      'vaultTokenSecret: expected the name of the secret that holds the token, ' +
        'because vault is hashicorp:secret/hg, got nothing',
    ]);
    expect(mistakes({ vault: 'secretsmanager:hg', vaultAddress: 'https://v.example' })).toEqual([
      'vaultAddress: expected nothing, because vault is secretsmanager:hg and not a HashiCorp vault',
    ]);
    expect(mistakes({ ...HASHICORP, vaultCa: '../ca.pem' })).toEqual([
      'vaultCa: expected the path of a PEM file below the project, such as certs/vault-ca.pem, got "../ca.pem"',
    ]);
    expect(mistakes({ ...HASHICORP, vaultAddress: 'vault.example' })).toEqual([
      'vaultAddress: expected the address of the vault, such as https://vault.example:8200, got "vault.example"',
    ]);
  });

  test('in variables that env sets too is told', () => {
    expect(mistakes({ env: 'AA=1,BB', variables: 'AA=2,BB=3' })).toEqual([
      'variables: expected each variable only once, got AA, which env sets',
    ]);
  });

  test.each(['canaryTokenSecret', 'route53TokenSecret', 'alarmTopic'])('in %s never shows a token', (name) => {
    const token = createToken('shop');
    const [found = '', ...more] = mistakes({ [name]: token });
    expect(more).toEqual([]);
    expect(found).toMatch(/, got a token itself$/);
    expect(found).not.toContain(token);
  });

  test('in a name says which one was probably meant', () => {
    expect(unknownIn(['alarmtopic', 'vault', 'unheard_of_parameter'], Object.keys(params.default))).toEqual([
      'alarmtopic: unknown parameter; did you mean alarmTopic?',
      'unheard_of_parameter: unknown parameter',
    ]);
  });
});

test('checks every parameter of serverless.yml', () => {
  for (const name of Object.keys(params.default)) {
    const wrong = name === 'vaultNamespace' ? 'a b' : 'no such value!?*';
    expect(mistakes({ ...HASHICORP, [name]: wrong }).join('\n')).toContain(`${name}: `);
  }
});
