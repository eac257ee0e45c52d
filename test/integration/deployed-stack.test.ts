/**
 * The stack as `npm run deploy` creates it, on an emulator that runs CloudFormation, the HTTP API, the function and
 * Secrets Manager. Its URL is asked over HTTP, since the emulator has no certificate for AWS's host names.
 */
import { ApiGatewayV2Client, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient, ListPoliciesCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import {
  GetAliasCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListTagsCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { formatsOfReport } from '../../lib/formats/index.ts';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { freePort } from '../stack/process.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { DEPLOYMENT_MS, prepareDeployment } from '../support/deployment.ts';
import type { Answer, Asked, Deployment } from '../support/deployment.ts';

const { ministack } = inject('stack');
// For the clients here, too.
Object.assign(process.env, motoEnvironment(ministack));

const STAGE = 'deployed';
const FUNCTION = `healthgate-${STAGE}-health`;
const ORIGIN = 'https://status.example';
const [working, failing] = [createToken('shop'), createToken('blog')];
const store = secretsManagerStore(`healthgate/${STAGE}`);

/** A namespace whose check reads it from Secrets Manager again. */
const namespace = (...access_tokens: readonly string[]) => ({
  access_tokens,
  checks: { data: { vault: { kind: 'secrets_manager' } } },
});

let deployment: Deployment;
let url: string;

async function write(name: string, document: object): Promise<void> {
  await store.write(name, JSON.stringify(document), AbortSignal.timeout(10_000));
}

const ask = (path: string, asked?: Asked): Promise<Answer> => deployment.ask(`${url}${path}`, asked);
const bearer = (token: string, method = 'GET'): Asked => ({ method, headers: { authorization: `Bearer ${token}` } });

beforeAll(async () => {
  await write('shop', namespace(working));
  await write('blog', {
    access_tokens: [failing],
    checks: { closed: { kind: 'tcp', host: '127.0.0.1', port: await freePort() } },
  });
  deployment = await prepareDeployment(ministack, STAGE);
  url = await deployment.deploy({ tags: 'team=shop', publicNamespace: 'shop' });
}, DEPLOYMENT_MS);

afterAll(async () => {
  await deployment.remove();
});

describe('the URL that npm run deploy prints', () => {
  const none = '{"detail":"Not found."}';
  const refused = (method: string) => `{"detail":"Method \\"${method}\\" not allowed."}`;

  test.each<[string, number, string, Asked, unknown]>([
    ['with a token in the path', 200, `/api/health/${working}/`, {}, { data: { vault: leaf('working') } }],
    ['with a token in a header', 200, '/api/health/', bearer(working), { data: { vault: leaf('working') } }],
    ['for a part', 200, `/api/health/${working}/data/vault`, {}, leaf('working')],
    ['for a failing namespace', 503, `/api/health/${failing}/`, {}, { closed: leaf(/^ConnectionError: /) }],
    ['for an unknown part', 404, `/api/health/${working}/data/other/`, {}, none],
    ['for an unknown path', 404, '/other/', bearer(working), none],
    ['for an unknown format', 404, `/api/health/${working}/?format=other`, {}, none],
    ['without a token', 404, '/api/health/', {}, none],
    ['with a wrong token', 405, `/api/health/${createToken('shop')}/`, {}, refused('GET')],
    ['for an unknown namespace', 405, `/api/health/${createToken('other')}/`, {}, refused('GET')],
    ['with another method', 405, '/api/health/', bearer(working, 'POST'), refused('POST')],
  ])('%s answers %i', async (_how, status, path, asked, body) => {
    const answer = await ask(path, asked);
    expect({ ...answer, body: typeof body === 'string' ? answer.body : (JSON.parse(answer.body) as unknown) }).toEqual({
      status,
      headers: expect.objectContaining({ 'cache-control': 'no-store' }) as unknown,
      body,
    });
    expect(answer.headers.allow).toBe(status === 405 ? 'GET, HEAD' : undefined);
  });

  test.each(formatsOfReport)('answers in the format $name, to HEAD as to GET', async (format) => {
    const { name } = format;
    const { contentType } = await format.load();
    for (const method of ['GET', 'HEAD']) {
      const { status, headers, body } = await ask(`/api/health/?format=${name}`, bearer(working, method));
      expect({ status, type: headers['content-type'], isEmpty: body === '' }).toEqual({
        status: 200,
        type: contentType,
        isEmpty: method === 'HEAD',
      });
    }
  });

  test('shows everybody the page of the public namespace, where there are pages', async () => {
    const page = formatsOfReport.find(({ name }) => name === 'html');
    const loaded = await page?.load();
    const { status, headers } = await ask('/status/');
    const expected = loaded === undefined ? [404, 'application/json'] : [200, loaded.contentType];
    expect([status, headers['content-type']]).toEqual(expected);
  });
});

describe('without another deployment', () => {
  test('a new namespace is answered', async () => {
    const token = createToken('fresh');
    await write('fresh', namespace(token));
    expect(await ask('/api/health/', bearer(token))).toMatchObject({ status: 200 });
  });

  test('a token is rotated', { timeout: 90_000 }, async () => {
    const [old, next] = [createToken('rotated'), createToken('rotated')];
    await write('rotated', namespace(old));
    expect(await ask('/api/health/', bearer(old))).toMatchObject({ status: 200 });
    await write('rotated', namespace(next));
    // A new token works ten seconds after the namespace was last read.
    await vi.waitFor(
      async () => {
        expect(await ask('/api/health/', bearer(next))).toMatchObject({ status: 200 });
      },
      { timeout: 60_000, interval: 1000 },
    );
    expect(await ask('/api/health/', bearer(old))).toMatchObject({ status: 405 });
  });
});

describe('the stack', () => {
  const lambda = new LambdaClient({});

  test('says where its parts are, and its tags are on the function', async () => {
    const stacks = await new CloudFormationClient({}).send(
      new DescribeStacksCommand({ StackName: `healthgate-${STAGE}` }),
    );
    const [{ Outputs = [] } = {}] = stacks.Stacks ?? [];
    const outputs = Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]));
    expect(outputs).toMatchObject({
      HealthUrl: `${url}/api/health/`,
      StatusPageUrl: `${url}/status/`,
      FunctionName: FUNCTION,
      LogGroup: `/aws/lambda/${FUNCTION}`,
    });
    const [, arn] = /^(.*):\d+$/.exec(outputs.HealthLambdaFunctionQualifiedArn ?? '') ?? [];
    const { Tags } = await lambda.send(new ListTagsCommand({ Resource: arn }));
    expect(Tags).toMatchObject({ team: 'shop' });
  });

  test('is updated, and rolled back by its alias', { timeout: DEPLOYMENT_MS }, async () => {
    const allowedOrigin = async () => {
      const { status, headers } = await ask(`/api/health/${working}/`, { headers: { origin: ORIGIN } });
      return [status, headers['access-control-allow-origin']];
    };
    const alias = { FunctionName: FUNCTION, Name: 'live' };
    const { FunctionVersion: before } = await lambda.send(new GetAliasCommand(alias));
    expect(await allowedOrigin()).toEqual([200, undefined]);

    expect(await deployment.deploy({ corsOrigins: ORIGIN, publicNamespace: 'shop' })).toBe(url);
    const { FunctionVersion: after } = await lambda.send(new GetAliasCommand(alias));
    expect(Number(after)).toBeGreaterThan(Number(before));
    expect(await allowedOrigin()).toEqual([200, ORIGIN]);

    await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: before }));
    expect(await allowedOrigin()).toEqual([200, undefined]);
  });

  test('leaves nothing when it is removed', { timeout: DEPLOYMENT_MS }, async () => {
    expect(await leftovers()).not.toEqual([]);
    await deployment.removeStack();
    expect(await leftovers()).toEqual([]);
  });

  /** Everything on the emulator that the stack has. */
  async function leftovers(): Promise<unknown[]> {
    const buckets = await new S3Client({ forcePathStyle: true }).send(new ListBucketsCommand({}));
    const roles = await new IAMClient({}).send(new ListRolesCommand({}));
    const policies = await new IAMClient({}).send(new ListPoliciesCommand({ Scope: 'Local' }));
    const functions = await lambda.send(new ListFunctionsCommand({}));
    const apis = await new ApiGatewayV2Client({}).send(new GetApisCommand({}));
    const logs = await new CloudWatchLogsClient({}).send(new DescribeLogGroupsCommand({}));
    const stacks = await new CloudFormationClient({}).send(new DescribeStacksCommand({}));
    return [
      ...(buckets.Buckets ?? []),
      ...(roles.Roles ?? []),
      ...(policies.Policies ?? []),
      ...(functions.Functions ?? []),
      ...(apis.Items ?? []),
      ...(logs.logGroups ?? []),
      ...(stacks.Stacks ?? []).filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE'),
    ];
  }
});

function leaf(status: string | RegExp): unknown {
  return {
    status: typeof status === 'string' ? status : (expect.stringMatching(status) as unknown),
    response_time: expect.any(String) as unknown,
  };
}
