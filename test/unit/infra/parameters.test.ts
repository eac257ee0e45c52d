import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  arns,
  environment,
  host,
  mappingKey,
  publicBasePath,
  reservedConcurrency,
  wanted,
} from '../../../infra/parameters.ts';
import type { Variables } from '../../../infra/parameters.ts';

const ROOT = join(import.meta.dirname, '../../..');

const DEFAULTS: Readonly<Record<string, unknown>> = {
  vault: 'secretsmanager:healthgate/dev',
  secrets: [],
  secretKeys: [],
  s3Buckets: [],
  s3Objects: [],
  s3BucketKeys: [],
  distributions: [],
  sqsQueues: [],
  sqsQueueKeys: [],
  eventBuses: [],
  eventRules: [],
  eventConnections: [],
  eventDestinations: [],
  reservedConcurrency: 10,
  vpcSubnets: [],
  vpcSecurityGroups: [],
  domainName: '',
  domainCertificate: '',
  basePath: '',
  corsOrigins: '',
  canaryTokenSecret: '',
  alarmTopic: '',
  dashboard: 'off',
  route53TokenSecret: '',
};

/** Stands in for osls: the parameters of the stage override the defaults. */
function variables(stage: Readonly<Record<string, unknown>> = {}, param: readonly string[] = []): Variables {
  const values = { ...DEFAULTS, ...stage };
  return {
    resolveVariable: async (name) => values[name.replace(/^param:/, '') as keyof typeof values],
    resolveConfigurationProperty: async () => ({ default: DEFAULTS, prod: stage }),
    options: { param },
  };
}

async function switchedOn(stage: Readonly<Record<string, unknown>>): Promise<string[]> {
  return Object.entries(await wanted(variables(stage))).flatMap(([name, state]) => (state === 'on' ? [name] : []));
}

describe('the optional parts of a deployment', () => {
  test('only permissions for the vault are deployed by default', async () => {
    expect(await switchedOn({})).toEqual(['secrets_manager']);
  });

  test('no optional part is deployed by default if the vault is not Secrets Manager', async () => {
    expect(await switchedOn({ vault: 'hashicorp:secret/healthgate' })).toEqual([]);
  });

  test.each([
    [{ s3Buckets: ['assets'] }, ['s3']],
    [{ s3Buckets: 'assets, media' }, ['s3']],
    [{ eventConnections: ['history'] }, ['eventbridge_connection', 'eventbridge_credentials']],
    [{ sqsQueues: ['shop-mails'] }, ['celery_queue']],
    [{ canaryTokenSecret: 'canary' }, ['canary']],
    [{ canaryTokenSecret: 'canary', alarmTopic: 'arn:aws:sns:x' }, ['canary', 'canary_alarm', 'alarms']],
    [{ dashboard: 'on' }, ['dashboard']],
    [{ vpcSubnets: ['subnet-1'], vpcSecurityGroups: ['sg-1'] }, ['vpc']],
  ])('the parameters %j switch on %j', async (stage, parts) => {
    expect(await switchedOn(stage)).toEqual(['secrets_manager', ...parts]);
  });

  test.each([
    [{ vpcSubnets: ['subnet-1'] }, 'vpcSubnets and vpcSecurityGroups must be set together'],
    [{ domainName: 'health.example.com' }, 'domainName and domainCertificate must be set together'],
    [{ dashboard: 'yes' }, 'dashboard must be one of: on, off'],
    [{ s3Buckets: ['*'] }, 's3Buckets must name each resource; * is not allowed'],
    [{ s3Bucket: ['assets'] }, 'unknown parameter s3Bucket; did you mean s3Buckets?'],
  ])('the parameters %j are refused', async (stage, message) => {
    await expect(wanted(variables(stage))).rejects.toThrow(message);
  });

  test('an unknown parameter on the command line is refused', async () => {
    await expect(wanted(variables({}, ['alarmtopic=x']))).rejects.toThrow('did you mean alarmTopic?');
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
  const domain = { domainName: 'health.example.com', domainCertificate: 'arn:aws:acm:x' };

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

  test.each(['a b', 'a//b', 'a?b', 'https://x.example/ops', 'é'])('%j is refused', async (basePath) => {
    const refused = 'basePath must be the beginning of a path, such as /ops';
    await expect(environment(variables({ basePath }))).rejects.toThrow(refused);
    await expect(wanted(variables({ ...domain, basePath }))).rejects.toThrow(refused);
  });
});

test('the function gets only the environment variables that are set', async () => {
  expect(await environment(variables())).toEqual({ HEALTHGATE_VAULT: 'secretsmanager:healthgate/dev' });
  expect(await environment(variables({ corsOrigins: '*' }))).toMatchObject({ HEALTHGATE_CORS_ORIGINS: '*' });
});

test('reservedConcurrency must be a whole number, or none to leave the property out', async () => {
  expect(await reservedConcurrency(variables())).toBe(10);
  expect(await reservedConcurrency(variables({ reservedConcurrency: 'none' }))).toEqual({ Ref: 'AWS::NoValue' });
  await expect(reservedConcurrency(variables({ reservedConcurrency: 'many' }))).rejects.toThrow(
    'must be a whole number or none',
  );
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
