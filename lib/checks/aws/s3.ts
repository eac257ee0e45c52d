import type { S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { drivers } from '../../clients/drivers/index.ts';
import { aloneIn, describe, httpUrl, text } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { defineKind } from '../kind.ts';
import type { ConfigOf } from '../kind.ts';
import { callsOf, roundTrip } from './s3-round-trip.ts';
import { hostOf } from '../../clients/url.ts';
import { clientSettings, openAwsClient } from '../../clients/aws/client.ts';
import type { TlsKeys } from '../../clients/tls.ts';

export const s3 = defineKind({
  kind: 's3',
  plays: 'storage',
  works: 'a unique object is put, read back and deleted; or the key is read',
  couldPass:
    'a bucket in which other keys are missing or refused; in mode read, also one that refuses writes or is out of date',
  keys: {
    bucket: describe(
      v.pipe(text(), aloneIn('bucket', /^arn:|^[^\s/:]*$/)),
      'Name of the bucket, or ARN of an access point.',
      'shop-assets',
    ),
    region: v.optional(describe(text(), "Region of the bucket; the process's own unless set.", 'eu-central-1')),
    endpoint: v.optional(
      describe(
        httpUrl(),
        'Address of another service that speaks S3. Requests to it use path-style addresses.',
        'https://s3.example',
      ),
    ),
    mode: v.optional(
      describe(
        v.picklist(['round_trip', 'read']),
        'round_trip puts, reads and deletes an object of its own; read reads an existing one.',
        'read',
      ),
      'round_trip',
    ),
    key: v.optional(
      describe(
        text(),
        'read: key of the object, of which the first MiB is read. round_trip: prefix of the unique key, healthgate/ ' +
          'unless set; a lifecycle rule may remove what a check that was cut off could not. ' +
          'A private key in PEM belongs to cert instead.',
        'health.txt',
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
  target: nameOf,
  needs: ({ endpoint }) => [endpoint === undefined ? 's3' : endpointAddress(endpoint)],
  async check(config, context): Promise<void> {
    const { region, endpoint, ca, mode } = config;
    const { cert, key, object } = keysOf(config);
    const { client, roundTrips } = await context.share(JSON.stringify(['s3', region, endpoint, ca, cert, key]), () =>
      openClient(config, context.stage),
    );
    const bucket = { client, name: config.bucket, target: nameOf(config), hasEndpoint: endpoint !== undefined };
    if (mode === 'round_trip') return roundTrip({ ...bucket, roundTrips }, object ?? 'healthgate/', context);
    const { read } = await callsOf(bucket, context, context.signal);
    await read(object ?? '');
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

function nameOf({ bucket, endpoint }: { bucket: string; endpoint?: string | undefined }): string {
  return `s3 bucket ${bucket}${endpoint === undefined ? '' : ` at ${endpointAddress(endpoint)}`}`;
}

function endpointAddress(endpoint: string): string {
  return hostOf(endpoint, endpoint.startsWith('https:') ? 443 : 80);
}

interface Session {
  readonly client: S3Client;
  /** Those that have not ended, also of checks that were called off. */
  readonly roundTrips: Set<Promise<void>>;
}

async function openClient(config: ConfigOf<typeof s3>, stage: BeginStage): Promise<Opened<Session>> {
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
  const opened = await openAwsClient(client, 's3');
  const roundTrips = new Set<Promise<void>>();
  return {
    value: { client, roundTrips },
    close: () => opened.close(),
    // Those that were called off still remove their objects, within a second.
    destroy: () => Promise.allSettled(roundTrips).then(() => opened.destroy()),
  };
}
