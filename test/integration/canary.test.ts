/** Runs the canary's script in a stand-in for the runtime of CloudWatch Synthetics. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canaryOptions } from '../../infra/canary/bundle.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '../..');
const SECRET = 'canary-token';
const TOKEN = 'hg_shop_0123456789012345678901234567890123456789abc';

/**
 * What the script needs from the runtime:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_Library_Nodejs.html
 */
const SYNTHETICS = `
exports.synthetics = {
  async executeStep(name, step) {
    try {
      const result = await step();
      console.log(name + ': passed');
      return result;
    } catch (error) {
      console.log(name + ': ' + error.message);
      throw error;
    }
  },
};
`;
const RUN =
  "require('./index.js').handler()" +
  ".then(() => console.log('PASSED'), (error) => console.log('FAILED ' + error.message))";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  const { outputFiles } = await build({ ...canaryOptions, absWorkingDir: ROOT, outdir: 'dist', write: false });
  folder = await temporaryFolder({ 'index.js': outputFiles[0]?.text ?? '', 'package.json': '{}' });
  const library = join(folder.path, 'node_modules/@aws/synthetics-core');
  await mkdir(library, { recursive: true });
  await writeFile(join(library, 'index.js'), SYNTHETICS);
  await new SecretsManagerClient().send(new CreateSecretCommand({ Name: SECRET, SecretString: `${TOKEN}\n` }));
});

afterAll(() => folder.remove());

const WORKING = { status: 'working', response_time: '0.012' };
const REFUSED = { status: 'AuthError: wrong password', response_time: '0.003' };

test('makes each check a step and passes while every check works', async () => {
  expect(await runAgainst(report('working', { redis: WORKING, celery: { ping: WORKING } }))).toEqual([
    'report: passed',
    'redis: passed',
    'celery.ping: passed',
    'PASSED',
  ]);
});

test('names every check that fails', async () => {
  expect(await runAgainst(report('failing', { redis: WORKING, celery: { ping: REFUSED, queue: REFUSED } }))).toEqual([
    'report: passed',
    'redis: passed',
    'celery.ping: AuthError: wrong password',
    'celery.queue: AuthError: wrong password',
    'FAILED failing: celery.ping, celery.queue',
  ]);
});

test('passes while only non-critical checks fail, and shows their steps as failed', async () => {
  expect(await runAgainst(report('degraded', { redis: REFUSED }))).toEqual([
    'report: passed',
    'redis: AuthError: wrong password',
    'PASSED',
  ]);
});

test('fails when there is no report, and does not show the token', async () => {
  const lines = await runAgainst(report(undefined, { detail: 'Method "GET" not allowed.' }));
  expect(lines).toEqual([
    expect.stringMatching(/^report: no report: status 405$/),
    expect.stringMatching(/^FAILED no report/),
  ]);
  expect(lines.join()).not.toContain(TOKEN);
});

test('does not follow redirects, so that the token reaches no other server', async () => {
  const asked: (string | undefined)[] = [];
  const lines = await runAgainst((request, response) => {
    asked.push(request.url);
    response.writeHead(302, { location: '/elsewhere', 'x-health-status': 'working' }).end('{}');
  });
  expect(lines.at(-1)).toMatch(/^FAILED /);
  expect(asked).toEqual(['/api/health/']);
});

/** Answers a request that carries the token with this report. All else, and a missing verdict, is answered with 405. */
function report(verdict: string | undefined, tree: object): RequestListener {
  return (request, response) => {
    const isAllowed = request.url === '/api/health/' && request.headers.authorization === `Bearer ${TOKEN}`;
    if (isAllowed && verdict !== undefined) response.setHeader('x-health-status', verdict);
    else response.statusCode = 405;
    response.end(JSON.stringify(tree));
  };
}

/** Runs the script once against a server that gives this answer. Returns the outcomes of the steps and of the run. */
async function runAgainst(answer: RequestListener): Promise<string[]> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const settings = {
      NODE_NO_WARNINGS: '1',
      HEALTH_URL: `http://127.0.0.1:${String(port)}/api/health/`,
      TOKEN_SECRET: SECRET,
    };
    // Lambda uses the same variable to find its SDK.
    const env = { ...process.env, ...settings, NODE_PATH: join(ROOT, 'node_modules') };
    const child = spawn(process.execPath, ['--eval', RUN], {
      cwd: folder.path,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    return out.trim().split('\n');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
