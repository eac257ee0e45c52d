import { randomBytes, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../../clients/drivers/index.ts';
import { describe, httpUrl, text } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { defineKind } from '../kind.ts';
import type { ConfigOf } from '../kind.ts';
import { hostOf } from '../../clients/url.ts';
import { MAX_BODY_BYTES, readAtMost } from '../../clients/http/body.ts';
import { clientSettings, openAwsClient } from '../../clients/aws/client.ts';
import type { TlsKeys } from '../../clients/tls.ts';
import { awsError } from '../../clients/aws/errors.ts';

export const s3 = defineKind({
  kind: 's3',
  works: 'a unique object is put, read back and deleted; or the key is read',
  couldPass:
    'a bucket in which other keys are missing or refused; in mode read, also one that refuses writes or is out of date',
  keys: {
    bucket: describe(text(), 'Name of the bucket.'),
    region: v.optional(describe(text(), "Region of the bucket; the process's own unless set.")),
    endpoint: v.optional(
      describe(httpUrl(), 'Address of another service that speaks S3. Requests to it use path-style addresses.'),
    ),
    mode: v.optional(
      describe(
        v.picklist(['round_trip', 'read']),
        'round_trip puts, reads and deletes an object of its own; read reads an existing one.',
      ),
      'round_trip',
    ),
    key: v.optional(
      describe(
        text(),
        'read: key of the object, of which the first MiB is read. round_trip: prefix of the unique key, healthgate/ ' +
          'unless set; a lifecycle rule may remove what an interrupted check leaves there. ' +
          'A private key in PEM belongs to cert instead.',
      ),
    ),
    ca: tlsKeys.ca,
    cert: tlsKeys.cert,
  },
  mistake: (config) => {
    const { cert, key, object } = keysOf(config);
    if (config.mode === 'read' && object === undefined)
      return { path: 'key', message: 'missing: mode read needs the key of an object' };
    return certificateMistake({ cert, key }, config.endpoint?.startsWith('https:') ?? true);
  },
  target: ({ bucket, endpoint }) =>
    `s3 bucket ${bucket}${endpoint === undefined ? '' : ` at ${endpointAddress(endpoint)}`}`,
  needs: ({ endpoint }) => [endpoint === undefined ? 's3' : endpointAddress(endpoint)],
  async check(config, context) {
    const { region, endpoint, ca, mode } = config;
    const { cert, key, object } = keysOf(config);
    const client = await context.share(JSON.stringify(['s3', region, endpoint, ca, cert, key]), () =>
      openClient(config, context.stage),
    );
    const bucket = await bucketOf(client, config, context);
    if (mode === 'round_trip') return roundTrip(bucket, object ?? 'healthgate/');
    await bucket.read(object ?? '');
  },
});

const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;

interface Keys extends TlsKeys {
  readonly object: string | undefined;
}

/**
 * The key of the object, and the private key of the certificate. Both are called `key`, and only the latter is PEM.
 * Whoever needs both puts the private key into `cert`.
 */
function keysOf({ key, cert }: Pick<TlsKeys, 'key' | 'cert'>): Keys {
  const isPrivate = key !== undefined && PRIVATE_KEY.test(key);
  const ofCert = cert !== undefined && PRIVATE_KEY.test(cert) ? cert : undefined;
  return { cert, key: isPrivate ? key : ofCert, object: isPrivate ? undefined : key };
}

function endpointAddress(endpoint: string): string {
  return hostOf(endpoint, endpoint.startsWith('https:') ? 443 : 80);
}

async function openClient(config: ConfigOf<typeof s3>, stage: BeginStage): Promise<Opened<S3Client>> {
  const { region, endpoint, ca } = config;
  const { cert, key } = keysOf(config);
  const { S3Client } = await drivers.s3();
  const client = new S3Client({
    ...clientSettings({ region, ca, cert, key, stage }),
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    // Not every service that speaks S3 supports the SDK's own checksums. The check compares the content anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return openAwsClient(client, 's3');
}

interface Bucket {
  readonly target: string;
  put(key: string, content: string): Promise<unknown>;
  /** The first MiB of the object; `whole` is false if there is more. */
  read(key: string): Promise<{ readonly bytes: Buffer; readonly whole: boolean }>;
  remove(key: string): Promise<unknown>;
}

async function bucketOf(client: S3Client, config: ConfigOf<typeof s3>, context: CheckContext): Promise<Bucket> {
  const { bucket: name, endpoint } = config;
  const target = s3.target(config);
  const hasEndpoint = endpoint !== undefined;
  const { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } = await drivers.s3();
  const abort = { abortSignal: context.signal };
  const call = async <T>(action: string, key: string, work: () => Promise<T>, permission = action): Promise<T> => {
    context.stage(action, `during ${action}`);
    try {
      return await work();
    } catch (error) {
      const service = hasEndpoint ? {} : { service: 'S3' };
      const failed = { target, permission: `${permission} on bucket ${name}`, object: `the key ${key}`, ...service };
      throw awsError(error, failed) ?? error;
    }
  };
  return {
    target,
    put: (Key, Body) =>
      call('s3:PutObject', Key, () => client.send(new PutObjectCommand({ Bucket: name, Key, Body }), abort)),
    read: (Key) => {
      const get = async () => {
        const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: name, Key }), abort);
        if (Body === undefined || ETag === undefined)
          throw new UnhealthyError(
            `${target} did not answer with an object; is the endpoint right, and does it speak S3?`,
          );
        return readAtMost(Body as Readable, MAX_BODY_BYTES);
      };
      // Without permission to list the bucket, a missing object is reported as access denied.
      return call('s3:GetObject', Key, get, 's3:GetObject and s3:ListBucket');
    },
    remove: (Key) =>
      call('s3:DeleteObject', Key, () => client.send(new DeleteObjectCommand({ Bucket: name, Key }), abort)),
  };
}

async function roundTrip(bucket: Bucket, prefix: string): Promise<void> {
  const key = prefix + randomUUID();
  const content = randomBytes(32).toString('hex');
  await bucket.put(key, content);
  try {
    const { bytes, whole } = await bucket.read(key);
    if (!whole) throw new UnhealthyError(`${bucket.target} sent more than 1 MiB for an object of 64 bytes`);
    if (bytes.toString() !== content)
      throw new UnhealthyError(
        `${bucket.target} returned an object with the key ${key} whose content differs from what was put`,
      );
  } catch (error) {
    await bucket.remove(key).catch(() => undefined);
    throw error;
  }
  await bucket.remove(key);
}
