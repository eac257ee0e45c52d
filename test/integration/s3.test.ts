/** The kind s3 when one call of a round trip goes wrong. A proxy in front of the emulator answers that call. */
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { AbortedError } from '../../lib/errors.ts';
import { awsProxy } from '../support/aws-proxy.ts';
import type { AwsProxy, Instead } from '../support/aws-proxy.ts';
import { contextFor } from '../support/context.ts';
import { checksOf, runLeaf } from '../support/run-leaf.ts';

const { aws } = inject('stack');
const client = new S3Client({ endpoint: aws.endpoint, forcePathStyle: true });
const DENIED = { status: 403, body: '<Error><Code>AccessDenied</Code><Message>user/secret</Message></Error>' };

let proxy: AwsProxy;
let key: string;

beforeAll(async () => {
  proxy = await awsProxy(aws.endpoint);
});

beforeEach(() => {
  key = `${randomUUID()}/`;
  proxy.instead = {};
});

afterAll(async () => {
  client.destroy();
  await proxy.stop();
});

async function roundTrip(): Promise<string> {
  const { status } = await runLeaf({ kind: 's3', bucket: aws.bucket, endpoint: proxy.url, key });
  return status;
}

async function left(): Promise<number | undefined> {
  const { KeyCount } = await client.send(new ListObjectsV2Command({ Bucket: aws.bucket, Prefix: key }));
  return KeyCount;
}

test('works and leaves no object behind', async () => {
  expect(await roundTrip()).toBe('working');
  expect(proxy.calls.slice(-3).map(({ method }) => method)).toEqual(['PUT', 'GET', 'DELETE']);
  expect(await left()).toBe(0);
});

test.each<[string, string, Instead, RegExp, number]>([
  ['putting is denied', 'PUT', DENIED, /^AuthError: .*grant s3:PutObject on bucket/, 0],
  ['reading is denied', 'GET', DENIED, /^AuthError: .*grant s3:GetObject and s3:ListBucket on bucket/, 0],
  ['deleting is denied', 'DELETE', DENIED, /^AuthError: .*grant s3:DeleteObject on bucket/, 1],
  [
    'other content comes back',
    'GET',
    { status: 200, headers: { etag: '"x"' }, body: 'something else' },
    /^UnhealthyError: .* returned an object with the key .* whose content differs from what was put/,
    0,
  ],
  [
    'an HTML page comes back',
    'GET',
    { status: 200, body: '<html>' },
    /^UnhealthyError: .* did not answer with an object; /,
    0,
  ],
])('fails when %s, and leaves no object that it could delete', async (_name, method, answer, said, objects) => {
  proxy.instead = { [method]: answer };
  const status = await roundTrip();
  expect(status).toMatch(said);
  if (answer === DENIED) expect(status).toMatch(/: user\/secret$/);
  expect(await left()).toBe(objects);
});

test.each(['s3:PutObject', 's3:GetObject', 's3:DeleteObject'])(
  'removes its object when called off at %s',
  async (at) => {
    const controller = new AbortController();
    const { context } = contextFor({ signal: controller.signal });
    const stage = (name: string) => {
      if (name !== at) return;
      setImmediate(() => {
        controller.abort(new AbortedError(0));
      });
    };
    const [check] = await checksOf({ kind: 's3', bucket: aws.bucket, endpoint: proxy.url, key });
    const seen = proxy.calls.length;
    await check?.run({ ...context, stage }).catch(() => undefined);
    expect(proxy.calls.slice(seen).map(({ method }) => method)).toContain('DELETE');
    expect(await left()).toBe(0);
  },
);
