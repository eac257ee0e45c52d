import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { arns, host, reservedConcurrency, wanted } from '../../../infra/parameters.ts';
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
  eventBuses: [],
  eventRules: [],
  eventConnections: [],
  eventDestinations: [],
  reservedConcurrency: 10,
  vpcSubnets: [],
  vpcSecurityGroups: [],
  domainName: '',
  domainCertificate: '',
  canaryTokenSecret: '',
  alarmTopic: '',
  dashboard: 'off',
  route53TokenSecret: '',
};

/** osls, as far as it shows itself to a file: parameters of the stage count before defaults. */
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

describe('wanted', () => {
  test('is nothing but the vault unless asked for', async () => {
    expect(await switchedOn({})).toEqual(['secrets_manager']);
  });

  test('is not even that where namespaces are elsewhere', async () => {
    expect(await switchedOn({ vault: 'hashicorp:secret/healthgate' })).toEqual([]);
  });

  test.each([
    [{ s3Buckets: ['assets'] }, ['s3']],
    [{ s3Buckets: 'assets, media' }, ['s3']],
    [{ eventConnections: ['history'] }, ['eventbridge_connection', 'eventbridge_credentials']],
    [{ canaryTokenSecret: 'canary' }, ['canary']],
    [{ canaryTokenSecret: 'canary', alarmTopic: 'arn:aws:sns:x' }, ['canary', 'canary_alarm', 'alarms']],
    [{ dashboard: 'on' }, ['dashboard']],
    [{ vpcSubnets: ['subnet-1'], vpcSecurityGroups: ['sg-1'] }, ['vpc']],
  ])('%j switches on %j', async (stage, parts) => {
    expect(await switchedOn(stage)).toEqual(['secrets_manager', ...parts]);
  });

  test.each([
    [{ vpcSubnets: ['subnet-1'] }, 'vpcSubnets and vpcSecurityGroups are only of use together: set both or none'],
    [
      { domainName: 'health.example.com' },
      'domainName and domainCertificate are only of use together: set both or none',
    ],
    [{ dashboard: 'yes' }, 'dashboard is one of: on, off'],
    [{ s3Buckets: ['*'] }, 's3Buckets names what may be touched, one by one; * is everything'],
    [{ s3Bucket: ['assets'] }, 'unknown parameter s3Bucket; did you mean s3Buckets?'],
  ])('refuses %j', async (stage, message) => {
    await expect(wanted(variables(stage))).rejects.toThrow(message);
  });

  test('refuses an unknown parameter on the command line', async () => {
    await expect(wanted(variables({}, ['alarmtopic=x']))).rejects.toThrow('did you mean alarmTopic?');
  });
});

describe('arns', () => {
  const of = async (stage: Readonly<Record<string, unknown>>, name: string) => (await arns(variables(stage)))[name];
  const sub = (text: string) => ({ 'Fn::Sub': text });
  const SECRET = 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:';
  const EVENTS = 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:';

  test('hold the namespaces under the prefix, and further secrets to the letter', async () => {
    const stage = { vault: 'secretsmanager:hg/', secrets: ['prod/postgres'] };
    expect(await of(stage, 'secrets')).toEqual([sub(`${SECRET}hg/*`), sub(`${SECRET}prod/postgres-??????`)]);
  });

  test('hold only the own objects of a bucket', async () => {
    expect(await of({ s3Buckets: ['assets'] }, 's3RoundTrip')).toEqual([
      sub('arn:${AWS::Partition}:s3:::assets/healthgate/*'),
    ]);
  });

  test('name the bus of a rule, unless it is the default one', async () => {
    expect(await of({ eventRules: ['a', 'default/b', 'shop/c'] }, 'eventRules')).toEqual(
      ['rule/a', 'rule/b', 'rule/shop/c'].map((rule) => sub(EVENTS + rule)),
    );
  });

  test('are left as they are where they are whole', async () => {
    const arn = 'arn:aws:events:eu-west-1:210987654321:event-bus/other';
    expect(await of({ eventBuses: [arn] }, 'eventBuses')).toEqual([arn]);
  });
});

test("host is one's own domain name, or API Gateway's", async () => {
  expect(await host(variables({ domainName: 'health.example.com' }))).toBe('health.example.com');
  expect(await host(variables())).toEqual({ 'Fn::Sub': '${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}' });
});

test('reservedConcurrency is a number, or none at all', async () => {
  expect(await reservedConcurrency(variables())).toBe(10);
  expect(await reservedConcurrency(variables({ reservedConcurrency: 'none' }))).toEqual({ Ref: 'AWS::NoValue' });
  await expect(reservedConcurrency(variables({ reservedConcurrency: 'many' }))).rejects.toThrow('a whole number');
});

test('every kind of check that calls AWS has its permissions in a file of its name', async () => {
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
