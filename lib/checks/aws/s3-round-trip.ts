/** What the check of S3 does with objects. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { awsError } from '../../clients/aws/errors.ts';
import { drivers } from '../../clients/drivers/index.ts';
import { MAX_BODY_BYTES, readAtMost } from '../../clients/http/body.ts';
import { within } from '../../engine/deadline.ts';
import type { CheckContext } from '../../engine/types.ts';
import { UnhealthyError } from '../../errors.ts';

/** Milliseconds that a round trip has for removing its object once its check is called off. */
const REMOVES_WITHIN_MS = 1000;

export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
  /** For messages. */
  readonly target: string;
  /** Whether it is another service that speaks S3. */
  readonly hasEndpoint: boolean;
}

interface Calls {
  readonly put: (key: string, content: string) => Promise<unknown>;
  /** The first MiB of the object; `whole` is false if there is more. */
  readonly read: (key: string) => Promise<{ readonly bytes: Buffer; readonly whole: boolean }>;
  readonly remove: (key: string) => Promise<unknown>;
}

/** @param late Aborts the calls that change the bucket. The context's own signal aborts the others. */
export async function callsOf(
  { client, name, target, hasEndpoint }: Bucket,
  context: Pick<CheckContext, 'signal' | 'stage'>,
  late: AbortSignal,
): Promise<Calls> {
  const { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } = await drivers.s3();
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
    put: (Key, Body) =>
      call('s3:PutObject', Key, () =>
        client.send(new PutObjectCommand({ Bucket: name, Key, Body }), { abortSignal: late }),
      ),
    read: (Key) => {
      const get = async () => {
        const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: name, Key }), {
          abortSignal: context.signal,
        });
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
      call('s3:DeleteObject', Key, () =>
        client.send(new DeleteObjectCommand({ Bucket: name, Key }), { abortSignal: late }),
      ),
  };
}

/**
 * Puts an object, reads it back and removes it. If the check is called off, the object is still removed. An object that
 * is under way by then cannot be removed before it has arrived, so the put is not aborted.
 *
 * @param roundTrips Has this one until it has ended. The client must live so long.
 */
export async function roundTrip(
  bucket: Bucket & { readonly roundTrips: Set<Promise<void>> },
  prefix: string,
  context: Pick<CheckContext, 'signal' | 'stage'>,
): Promise<void> {
  const { signal } = context;
  const late = new AbortController();
  const calls = await callsOf(bucket, context, late.signal);
  signal.throwIfAborted();
  const work = putReadRemove(calls, bucket.target, prefix + randomUUID());
  const callOff = () => {
    within({ limitMs: REMOVES_WITHIN_MS, from: bucket.target }, () => work).catch((error: unknown) => {
      late.abort(error);
    });
  };
  signal.addEventListener('abort', callOff, { once: true });
  bucket.roundTrips.add(work);
  try {
    await work;
  } finally {
    bucket.roundTrips.delete(work);
    signal.removeEventListener('abort', callOff);
  }
}

async function putReadRemove({ put, read, remove }: Calls, target: string, key: string): Promise<void> {
  const content = randomBytes(32).toString('hex');
  await put(key, content);
  try {
    const { bytes, whole } = await read(key);
    if (!whole) throw new UnhealthyError(`${target} sent more than 1 MiB for an object of 64 bytes`);
    if (bytes.toString() !== content)
      throw new UnhealthyError(
        `${target} returned an object with the key ${key} whose content differs from what was put`,
      );
  } catch (error) {
    await remove(key).catch(() => undefined);
    throw error;
  }
  await remove(key);
}
