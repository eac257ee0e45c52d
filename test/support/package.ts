/** Runs `npm run package` and reads the results. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../stack/command.ts';
import { copyProject } from './project-copy.ts';
import type { ProjectCopy } from './project-copy.ts';

const LIMIT_MS = 150_000;

/** The parts of a CloudFormation template that the tests look at. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The copy also contains .serverless/ and dist/. */
export interface Packaged extends ProjectCopy {
  /** The zip that is deployed. */
  readonly artifact: string;
  readonly templateFile: string;
  readonly template: Template;
}

/** Every optional part switched on. The account and everything in it are made up. */
export const EVERYTHING: readonly string[] = [
  '--stage=prod',
  ...Object.entries({
    secrets: 'prod/postgres,prod/redis',
    secretKeys: 'arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111',
    s3Buckets: 'shop-assets',
    s3Objects: 'shop-assets/index.html',
    s3BucketKeys: 'arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222',
    distributions: 'E2EXAMPLE1234',
    sqsQueues: 'shop-mails',
    sqsQueueKeys: 'arn:aws:kms:eu-central-1:123456789012:key/44444444-4444-4444-4444-444444444444',
    eventBuses: 'default,shop',
    eventRules: 'default/to-audit,shop/to-history',
    eventConnections: 'history',
    eventDestinations: 'history',
    vpcSubnets: 'subnet-11111111,subnet-22222222',
    vpcSecurityGroups: 'sg-11111111',
    domainName: 'health.example.com',
    domainCertificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/33333333-3333-3333-3333-333333333333',
    canaryTokenSecret: 'healthgate-canary',
    env: 'AWS_REGION,SHOP_CACHE_HOST=cache.example',
    variables: 'NODE_OPTIONS=--max-old-space-size=256',
    tags: 'team=shop',
    tracing: 'on',
    publicNamespace: 'shop',
    alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:on-call',
    metrics: 'namespace',
    dashboard: 'on',
    history: 'on',
    recordConcurrency: '100',
    noticeTopics: 'on-call',
    noticeSenders: 'example.com',
    route53TokenSecret: 'healthgate-route53',
  }).map(([name, value]) => `--param=${name}=${value}`),
];

/**
 * Packages with these arguments, in an environment that holds no credentials.
 *
 * @throws Error with the end of the output when packaging fails.
 */
export async function packageService(args: readonly string[] = []): Promise<Packaged> {
  const copy = await copyProject();
  const { folder } = copy;
  try {
    // env -i hides the AWS variables, and with an empty home there is no credentials file either.
    const environment = [`PATH=${process.env.PATH ?? ''}`, `HOME=${join(folder, 'no-home')}`];
    const npm = ['npm', 'run', 'package', '--prefix', folder, '--', ...args];
    const { ok, output } = await runCommand('env', ['-i', '-C', folder, ...environment, ...npm], LIMIT_MS);
    if (!ok) throw new Error(`npm run package failed:\n${output}`);
    const templateFile = join(folder, '.serverless/cloudformation-template-update-stack.json');
    const template = JSON.parse(await readFile(templateFile, 'utf8')) as Template;
    return { ...copy, artifact: join(folder, '.serverless/healthgate.zip'), templateFile, template };
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

/** A statement of an IAM policy. Resources may be CloudFormation functions. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

/** Every statement of the identity policies in the template, with the logical id of the resource that contains it. */
export function statementsOf({ Resources }: Template): { readonly owner: string; readonly statement: Statement }[] {
  return Object.entries(Resources).flatMap(([owner, { Type, Properties = {} }]) => {
    const policies =
      Type === 'AWS::IAM::Role'
        ? ((Properties.Policies ?? []) as readonly { PolicyDocument: PolicyDocument }[])
        : Type === 'AWS::IAM::Policy'
          ? [Properties as unknown as { PolicyDocument: PolicyDocument }]
          : [];
    return policies.flatMap(({ PolicyDocument: { Statement } }) =>
      Statement.map((statement) => ({ owner, statement })),
    );
  });
}

/** The template without what differs from one packaging to the next, as indented JSON. */
export function stable(template: Template): string {
  const replacer = (key: string, value: unknown): unknown => {
    if (key === 'S3Key' && typeof value === 'string') return value.replace(/\d{13}-[^/]+/, '<time>');
    if (key === 'CodeSha256') return '<digest>';
    if (key === 'Script') return '<infra/canary/canary.ts, bundled>';
    return key === 'Resources' || key === 'Outputs' ? inOrder(value as object) : value;
  };
  const text = JSON.stringify(template, replacer, 2);
  return `${text.replaceAll(/(?<=(?:Health|Plan|Record|Notify)LambdaVersion)\w{30,}/g, '<digest>')}\n`;
}

/** With the versions of functions in the order of their names: osls writes them as it happens to finish them. */
function inOrder(parts: object): object {
  const isOfVersion = ([name]: [string, unknown]) => /LambdaVersion|LambdaFunctionQualifiedArn/.test(name);
  const entries = Object.entries(parts) as [string, unknown][];
  const versions = entries.filter(isOfVersion).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map((entry) => (isOfVersion(entry) ? (versions.shift() ?? entry) : entry)));
}
