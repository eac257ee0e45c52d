/** The results of `npm run package`: the CloudFormation template and the artifact. */
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { TABLE_ATTRIBUTES } from '../../lib/history/dynamodb.ts';
import { runCommand } from '../stack/command.ts';
import { PYTHON } from '../stack/python.ts';
import { MAX_ARTIFACT_BYTES } from '../support/artifact.ts';
import { EVERYTHING, packageService, stable, statementsOf } from '../support/package.ts';
import type { Packaged } from '../support/package.ts';

const GOLDEN = '../fixtures/golden';
const PACKAGE_MS = 180_000;
/** As ECMAScript modules, `node:http` also loads undici, and `node:crypto` also loads WebCrypto. */
const IMPORT_OF_BUILTIN = '(from|import)[ (]?"(node:|(http|https|http2|crypto)")';

let plain: Packaged;
let everything: Packaged;
let onHashicorp: Packaged;

/** Any file of the project does as a certificate. */
const CERTIFICATE = 'infra/vpc.yml';
const HASHICORP = [
  '--param=vault=hashicorp:secret/healthgate',
  '--param=vaultAddress=https://vault.example:8200',
  '--param=vaultTokenSecret=prod/vault-token',
  `--param=vaultCa=${CERTIFICATE}`,
];

beforeAll(async () => {
  [plain, everything, onHashicorp] = await Promise.all([
    packageService(),
    packageService(EVERYTHING),
    packageService(HASHICORP),
  ]);
}, PACKAGE_MS);

afterAll(async () => {
  for (const packaged of [plain, everything, onHashicorp]) await packaged.remove();
});

describe('the template', () => {
  test('matches the golden file with default parameters', async () => {
    await expect(stable(plain.template)).toMatchFileSnapshot(`${GOLDEN}/cloudformation.json`);
  });

  test('matches the golden file with everything switched on', async () => {
    await expect(stable(everything.template)).toMatchFileSnapshot(`${GOLDEN}/cloudformation-everything.json`);
  });

  test(
    'passes cfn-lint',
    async () => {
      const files = [plain, everything, onHashicorp].map(({ templateFile }) => templateFile);
      const lint = join(dirname(PYTHON), 'cfn-lint');
      const { ok, output } = await runCommand(lint, ['--template', ...files], PACKAGE_MS);
      expect({ ok, output }).toEqual({ ok: true, output: '' });
    },
    PACKAGE_MS,
  );

  test('leads the function to a HashiCorp vault, and holds no token', () => {
    const { Environment } = onHashicorp.template.Resources.HealthLambdaFunction?.Properties ?? {};
    expect(Environment).toEqual({
      Variables: {
        HEALTHGATE_VAULT: 'hashicorp:secret/healthgate',
        VAULT_ADDR: 'https://vault.example:8200',
        VAULT_TOKEN: '{{resolve:secretsmanager:prod/vault-token:SecretString}}',
        VAULT_CACERT: `/var/task/${CERTIFICATE}`,
      },
    });
  });

  test('logs the route of a request, but nothing that could contain its token', () => {
    const { AccessLogSettings } = everything.template.Resources.HttpApiStage?.Properties as {
      AccessLogSettings: { Format: string };
    };
    const format = JSON.parse(AccessLogSettings.Format) as Record<string, string>;
    expect(format.route).toBe('$context.routeKey');
    for (const value of Object.values(format)) {
      expect(value).toMatch(/^\$context\.[A-Za-z]+(?:\.sourceIp)?$/);
      expect(value).not.toMatch(/path|query|header|authorizer|userAgent|domain/i);
    }
  });

  test('allows an action on every resource only where AWS supports no single resources', () => {
    const onEverything = statementsOf(everything.template).flatMap(({ owner, statement: { Action, Resource } }) =>
      [Resource].flat().includes('*') ? [Action].flat().map((action) => `${owner}: ${action}`) : [],
    );
    expect(onEverything).toEqual([
      'IamRoleLambdaExecution: xray:PutTraceSegments',
      'IamRoleLambdaExecution: xray:PutTelemetryRecords',
      'SecretsManagerPolicy: secretsmanager:ListSecrets',
      'SecretsManagerPolicy: secretsmanager:BatchGetSecretValue',
      'EventPipelinePolicy: events:TestEventPattern',
      'RecorderVaultPolicy: secretsmanager:BatchGetSecretValue',
      'PlanVaultPolicy: secretsmanager:ListSecrets',
      'RecorderTracingPolicy: xray:PutTraceSegments',
      'RecorderTracingPolicy: xray:PutTelemetryRecords',
      'CanaryPolicy: s3:ListAllMyBuckets',
      'CanaryPolicy: cloudwatch:PutMetricData',
    ]);
  });

  test('keeps the table when the stack is deleted, and a second by which items expire', () => {
    expect(everything.template.Resources.HistoryTable).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        KeySchema: [
          { AttributeName: TABLE_ATTRIBUTES.partitionKey, KeyType: 'HASH' },
          { AttributeName: TABLE_ATTRIBUTES.sortKey, KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: TABLE_ATTRIBUTES.expires, Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    });
  });

  test('leads every schedule, queue and route to the alias of its function', () => {
    const { Resources } = everything.template;
    const targets = Object.values(Resources).flatMap(({ Type, Properties = {} }): unknown[] => {
      if (Type === 'AWS::Lambda::EventSourceMapping') return [Properties.FunctionName];
      if (Type === 'AWS::Events::Rule') return (Properties.Targets as { Arn: unknown }[]).map(({ Arn }) => Arn);
      return Type === 'AWS::ApiGatewayV2::Integration' ? [Properties.IntegrationUri] : [];
    });
    expect(targets).toHaveLength(4);
    for (const target of targets) expect(JSON.stringify(target)).toMatch(/LambdaFunctionAlias"|:live|"live"/);
  });

  test('gives each queue six times the time that its function has', () => {
    const { Resources } = everything.template;
    const number = (id: string, property: string) => Number(Resources[id]?.Properties?.[property]);
    for (const [queue, of] of [
      ['RecordQueue', 'RecordLambdaFunction'],
      ['NoticeQueue', 'NotifyLambdaFunction'],
    ] as const)
      expect(number(queue, 'VisibilityTimeout')).toBeGreaterThanOrEqual(6 * number(of, 'Timeout'));
  });

  test('alarms about each function that records and each queue', () => {
    const alarms = Object.values(everything.template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const watched = JSON.stringify(alarms);
    for (const id of ['PlanLambdaFunction', 'RecordLambdaFunction', 'NotifyLambdaFunction'])
      expect(watched).toContain(`{"Ref":"${id}"}`);
    for (const id of ['RecordQueue', 'RecordDeadLetterQueue', 'NoticeQueue', 'NoticeDeadLetterQueue'])
      expect(watched).toContain(`{"Fn::GetAtt":["${id}","QueueName"]}`);
  });

  test('allows no action by a wildcard', () => {
    const actions = statementsOf(everything.template).flatMap(({ statement }) => [statement.Action].flat());
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});

describe('the artifact', () => {
  const unzipped = () => join(plain.folder, 'unzipped');

  beforeAll(async () => {
    expect(await runCommand(PYTHON, ['-m', 'zipfile', '-e', plain.artifact, unzipped()], PACKAGE_MS)).toMatchObject({
      ok: true,
    });
  });

  test('contains only the function, the chunks that it loads, and a package.json for ECMAScript modules', async () => {
    const others = await filesIn(plain.artifact);
    expect(others).toEqual(['dist/functions/health.js', 'package.json']);
    expect(JSON.parse(await readFile(join(unzipped(), 'package.json'), 'utf8'))).toMatchObject({ type: 'module' });
  });

  test('contains the functions that record too, where the history is on', async () => {
    const functions = ['health', 'notify', 'plan', 'record'].map((name) => `dist/functions/${name}.js`);
    expect(await filesIn(everything.artifact)).toEqual([...functions, 'package.json']);
  });

  test('contains the certificate of a vault too', async () => {
    expect(await filesIn(onHashicorp.artifact)).toEqual(['dist/functions/health.js', CERTIFICATE, 'package.json']);
  });

  test('imports no built-in modules of Node.js that would load more than the function needs', async () => {
    const { output } = await runCommand('grep', ['-rlE', IMPORT_OF_BUILTIN, join(unzipped(), 'dist')], PACKAGE_MS);
    expect(output).toBe('');
  });

  test('reads the East Asian character sets of a MySQL server', async () => {
    const chunks = join(unzipped(), 'dist/chunks');
    const driver = (await readdir(chunks)).find((name) => name.startsWith('mysql2-')) ?? '';
    const script = `
      const { createConnection } = await import(${JSON.stringify(join(chunks, driver))});
      const uri = ${JSON.stringify(inject('stack').mysql.url)};
      const connection = createConnection({ uri, charset: 'SJIS_JAPANESE_CI' });
      connection.query("SELECT '日本語' AS text", (error, rows) => {
        console.log(error ?? rows[0].text);
        connection.end();
      });`;
    const { output } = await runCommand(process.execPath, ['--input-type=module', '--eval', script], PACKAGE_MS);
    expect(output.trim()).toBe('日本語');
  });

  test('stays within its size limit', async () => {
    expect((await stat(plain.artifact)).size).toBeLessThanOrEqual(MAX_ARTIFACT_BYTES);
  });

  test('answers an event of an HTTP API', async () => {
    const vault = join(unzipped(), 'vault');
    await mkdir(vault);
    await writeFile(join(vault, 'shop.json'), JSON.stringify({ access_token: TOKEN, checks: { vault: OWN_SECRET } }));
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/api/health/',
      rawQueryString: '',
      headers: { authorization: `Bearer ${TOKEN}` },
      requestContext: { stage: '$default', http: { method: 'GET' } },
      isBase64Encoded: false,
    };
    const answer = await invoke(unzipped(), event, `file:${vault}`);
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'x-health-status': 'working' },
      isBase64Encoded: false,
    });
    expect(JSON.parse(answer.body)).toMatchObject({ vault: { status: 'working' } });
  });
});

/** The files in an artifact, sorted, without its chunks. */
async function filesIn(artifact: string): Promise<string[]> {
  const { output } = await runCommand(PYTHON, ['-m', 'zipfile', '-l', artifact], PACKAGE_MS);
  const names = output
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split(/\s/, 1).filter(Boolean));
  return names.filter((name) => !/^dist\/chunks\/[^/]+\.(js|json)$/.test(name)).sort();
}

const TOKEN = 'a-token-without-its-namespace';
const OWN_SECRET = { kind: 'secrets_manager' };

const INVOKER = `
const { handler } = await import('./dist/functions/health.js');
const answer = await handler(JSON.parse(process.argv[1]), { getRemainingTimeInMillis: () => 29_000 });
process.stdout.write(JSON.stringify(answer));
`;

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Calls the handler in a process that finds nothing but the artifact. */
async function invoke(folder: string, event: object, vault: string): Promise<Answer> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', INVOKER, JSON.stringify(event)], {
    cwd: folder,
    env: { HEALTHGATE_VAULT: vault },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(out) as Answer;
}
