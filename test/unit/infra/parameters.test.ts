import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  arns,
  canaryAlarm,
  certificate,
  environment,
  host,
  mappingKey,
  publicBasePath,
  reservedConcurrency,
  wanted,
} from '../../../infra/parameters.ts';
import type { Variables } from '../../../infra/parameters.ts';

const ROOT = join(import.meta.dirname, '../../..');

const { params } = parse(await readFile(join(ROOT, 'serverless.yml'), 'utf8')) as {
  params: { default: Readonly<Record<string, unknown>> };
};
const DEFAULTS = { ...params.default, vault: 'secretsmanager:healthgate/dev' };

/** Stands in for osls: the parameters of the stage override the defaults. */
function variables(
  stage: Readonly<Record<string, unknown>> = {},
  param: readonly string[] = [],
  name = 'prod',
): Variables {
  const values: Readonly<Record<string, unknown>> = { ...DEFAULTS, ...stage, 'sls:stage': name };
  return {
    resolveVariable: async (name) => values[name.replace(/^param:/, '')],
    resolveConfigurationProperty: async () => ({ default: DEFAULTS, [name]: stage }),
    options: { param },
  };
}

const ARN_OF_TOPIC = 'arn:aws:sns:eu-central-1:123456789012:on-call';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111';
const HASHICORP = {
  vault: 'hashicorp:secret/healthgate',
  vaultAddress: 'https://vault.example:8200',
  vaultTokenSecret: 'prod/vault-token',
};

async function switchedOn(stage: Readonly<Record<string, unknown>>): Promise<string[]> {
  return Object.entries(await wanted(variables(stage))).flatMap(([name, state]) => (state === 'on' ? [name] : []));
}

describe('the optional parts of a deployment', () => {
  test('only permissions for the vault are deployed by default', async () => {
    expect(await switchedOn({})).toEqual(['secrets_manager']);
  });

  test('what records needs no permissions for Secrets Manager if the vault is another one', async () => {
    expect(await switchedOn({ ...HASHICORP, history: 'on' })).toEqual(['history']);
  });

  test('no optional part is deployed by default if the vault is not Secrets Manager', async () => {
    expect(await switchedOn(HASHICORP)).toEqual([]);
  });

  test.each([
    [{ s3Buckets: ['assets'] }, ['s3']],
    [{ s3Buckets: 'assets, media' }, ['s3']],
    [{ eventConnections: ['history'] }, ['eventbridge_connection', 'eventbridge_credentials']],
    [{ sqsQueues: ['shop-mails'] }, ['celery_queue']],
    [{ canaryTokenSecret: 'canary' }, ['canary']],
    [{ canaryTokenSecret: 'canary', alarmTopic: ARN_OF_TOPIC }, ['canary', 'canary_alarm', 'alarms']],
    [{ dashboard: 'on' }, ['dashboard']],
    [{ history: 'on' }, ['history', 'history_vault']],
    [{ history: 'on', secretKeys: KEY }, ['secrets_manager_kms', 'history', 'history_vault', 'history_vault_kms']],
    [{ history: 'on', tracing: 'on' }, ['history', 'history_vault', 'history_tracing']],
    [{ history: 'on', dashboard: 'on' }, ['dashboard', 'history', 'history_vault', 'history_dashboard']],
    [{ history: 'on', alarmTopic: ARN_OF_TOPIC }, ['alarms', 'history', 'history_vault', 'history_alarms']],
    [{ history: 'on', noticeTopics: 'on-call' }, ['history', 'history_vault', 'history_topics']],
    [{ history: 'on', noticeSenders: 'example.com' }, ['history', 'history_vault', 'history_senders']],
    [{ vpcSubnets: ['subnet-1'], vpcSecurityGroups: ['sg-1'] }, ['vpc']],
  ])('the parameters %j switch on %j', async (stage, parts) => {
    expect(await switchedOn(stage)).toEqual(['secrets_manager', ...parts]);
  });

  test.each([
    [{ dashboard: 'yes' }, 'dashboard: expected on or off, got "yes"'],
    [{ s3Bucket: ['assets'] }, 's3Bucket: unknown parameter; did you mean s3Buckets?'],
    [{ vault: 'file:vault' }, 'vault: expected secretsmanager:<prefix> or hashicorp:<mount/prefix>, got "file:vault"'],
  ])('the parameters %j are refused', async (stage, message) => {
    await expect(wanted(variables(stage))).rejects.toThrow(message);
  });

  test('a folder is a vault for the stage whose function runs on this machine', async () => {
    const parts = await wanted(variables({ vault: 'file:vault' }, [], 'offline'));
    expect(Object.values(parts)).not.toContain('on');
  });

  test('an unknown parameter on the command line is refused', async () => {
    await expect(wanted(variables({}, ['alarmtopic=x']))).rejects.toThrow(
      'alarmtopic: unknown parameter; did you mean alarmTopic?',
    );
  });
});

describe('the ARNs in permissions', () => {
  const of = async (stage: Readonly<Record<string, unknown>>, name: string) => (await arns(variables(stage)))[name];
  const sub = (text: string) => ({ 'Fn::Sub': text });
  const SECRET = 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:';
  const EVENTS = 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:';

  test('permissions cover the secrets under the prefix of the vault, and others by their exact names', async () => {
    const stage = { vault: 'secretsmanager:hg/', secrets: ['prod/postgres'] };
    expect(await of(stage, 'secrets')).toEqual([sub(`${SECRET}hg/*`), sub(`${SECRET}prod/postgres-??????`)]);
  });

  test('permissions cover only the objects under healthgate/ in a bucket of a round trip', async () => {
    expect(await of({ s3Buckets: ['assets'] }, 's3RoundTrip')).toEqual([
      sub('arn:${AWS::Partition}:s3:::assets/healthgate/*'),
    ]);
  });

  test('the ARN of a rule names its bus, unless that is the default bus', async () => {
    expect(await of({ eventRules: ['a', 'default/b', 'shop/c'] }, 'eventRules')).toEqual(
      ['rule/a', 'rule/b', 'rule/shop/c'].map((rule) => sub(EVENTS + rule)),
    );
  });

  test('the ARN of a queue is its name alone, after the account', async () => {
    expect(await of({ sqsQueues: ['shop-mails'] }, 'sqsQueues')).toEqual([
      sub('arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:shop-mails'),
    ]);
  });

  test('an ARN that is given as a parameter stays as it is', async () => {
    const arn = 'arn:aws:events:eu-west-1:210987654321:event-bus/other';
    expect(await of({ eventBuses: [arn] }, 'eventBuses')).toEqual([arn]);
  });
});

test('the host is the custom domain name if there is one, and otherwise that of API Gateway', async () => {
  expect(await host(variables({ domainName: 'health.example.com' }))).toBe('health.example.com');
  expect(await host(variables())).toEqual({ 'Fn::Sub': '${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}' });
});

describe('the base path', () => {
  const domain = {
    domainName: 'health.example.com',
    domainCertificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/1',
  };

  test.each(['/ops', 'ops', '/ops/', ' ops '])('%j is a mapping of the custom domain', async (basePath) => {
    const stage = { ...domain, basePath };
    expect(await publicBasePath(variables(stage))).toBe('/ops');
    expect(await mappingKey(variables(stage))).toBe('ops');
    expect(await switchedOn(stage)).toEqual(['secrets_manager', 'domain', 'domain_base_path']);
    expect(await environment(variables(stage))).toMatchObject({ HEALTHGATE_BASE_PATH: '/ops' });
  });

  test('reaches the function without a custom domain too, but is in no public URL', async () => {
    const stage = { basePath: 'a/b' };
    expect(await publicBasePath(variables(stage))).toBe('');
    expect(await switchedOn(stage)).toEqual(['secrets_manager']);
    expect(await environment(variables(stage))).toMatchObject({ HEALTHGATE_BASE_PATH: '/a/b' });
  });
});

test('the function gets only the environment variables that are set', async () => {
  expect(await environment(variables())).toEqual({ HEALTHGATE_VAULT: 'secretsmanager:healthgate/dev' });
  expect(await environment(variables({ corsOrigins: '*' }))).toMatchObject({ HEALTHGATE_CORS_ORIGINS: '*' });
});

describe('the environment variables of the function', () => {
  test('lead to a HashiCorp vault, whose token only CloudFormation inserts', async () => {
    const stage = { ...HASHICORP, vaultNamespace: 'team', vaultCa: 'certs/ca.pem' };
    expect(await environment(variables(stage))).toEqual({
      HEALTHGATE_VAULT: 'hashicorp:secret/healthgate',
      VAULT_ADDR: 'https://vault.example:8200',
      VAULT_TOKEN: '{{resolve:secretsmanager:prod/vault-token:SecretString}}',
      VAULT_NAMESPACE: 'team',
      VAULT_CACERT: '/var/task/certs/ca.pem',
    });
    expect(await certificate(variables(stage))).toBe('certs/ca.pem');
  });

  test('that documents may read are listed, and set where they have a value', async () => {
    const env = ['AWS_REGION', 'CACHE_URL=redis://cache.example/0?a=b,c', 'DB={{resolve:ssm:/prod/db}}'];
    expect(await environment(variables({ env }))).toEqual({
      HEALTHGATE_VAULT: 'secretsmanager:healthgate/dev',
      HEALTHGATE_ENV: 'AWS_REGION,CACHE_URL,DB',
      CACHE_URL: 'redis://cache.example/0?a=b,c',
      DB: '{{resolve:ssm:/prod/db}}',
    });
    expect(await environment(variables({ env: 'A1=x, B2' }))).toMatchObject({ HEALTHGATE_ENV: 'A1,B2', A1: 'x' });
  });
});

test('reservedConcurrency is a number, or none to leave the property out', async () => {
  expect(await reservedConcurrency(variables())).toBe(10);
  expect(await reservedConcurrency(variables({ reservedConcurrency: 'none' }))).toEqual({ Ref: 'AWS::NoValue' });
});

test('every kind of check that calls AWS has a file of permissions with its name', async () => {
  const files = await readdir(join(ROOT, 'lib/checks/aws'));
  const modules = (await Promise.all(files.map((file) => import(join(ROOT, 'lib/checks/aws', file))))) as object[];
  const kinds = modules.flatMap((module) =>
    Object.values<unknown>({ ...module }).flatMap((value) => nameOfKind(value) ?? []),
  );
  expect(kinds).not.toEqual([]);
  expect(await readdir(join(ROOT, 'infra/iam'))).toEqual(expect.arrayContaining(kinds.map((kind) => `${kind}.yml`)));
});

function nameOfKind(value: unknown): string | undefined {
  const isKind = typeof value === 'object' && value !== null && 'kind' in value && 'check' in value;
  return isKind && typeof value.kind === 'string' ? value.kind : undefined;
}

test.each([
  ['rate(1 minute)', { period: 300, runs: 2, missing: 'breaching' }],
  ['rate(5 minutes)', { period: 300, runs: 2, missing: 'breaching' }],
  ['rate(20 minutes)', { period: 1200, runs: 2, missing: 'breaching' }],
  ['rate(1 hour)', { period: 3600, runs: 2, missing: 'breaching' }],
  ['cron(0 6 * * ? *)', { period: 300, runs: 1, missing: 'ignore' }],
])("the canary's alarm expects runs as they are scheduled: %s", async (canarySchedule, expected) => {
  expect(await canaryAlarm(variables({ canarySchedule }))).toEqual(expected);
});
