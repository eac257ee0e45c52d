/**
 * moto, an emulator of AWS. It keeps everything in memory. programs/moto_with_relay.py adds what moto lacks of
 * EventBridge.
 */
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Addresses } from '../addresses.ts';
import { defineServer } from '../define-server.ts';
import { freePort, startProcess } from '../process.ts';
import { PYTHON } from '../python.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The emulator of S3, Secrets Manager, EventBridge and more of AWS. */
    readonly aws: {
      readonly endpoint: string;
      readonly port: number;
      readonly region: string;
      /** Name of a bucket that exists. */
      readonly bucket: string;
      /** Prefix for the names of secrets. */
      readonly secretsPrefix: string;
    };
  }
}

const PROGRAM = join(import.meta.dirname, 'programs/moto_with_relay.py');
const REGION = 'eu-central-1';
const BUCKET = 'healthgate-bucket';

/** moto accepts any credentials. */
export const MOTO_CREDENTIALS = { accessKeyId: 'emulator', secretAccessKey: 'emulator-secret' };

/** The environment variables that direct the AWS SDK to the emulator. */
export function motoEnvironment({ endpoint, region }: Pick<Addresses['aws'], 'endpoint' | 'region'>) {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: MOTO_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: MOTO_CREDENTIALS.secretAccessKey,
  };
}

export default defineServer({
  name: 'aws',
  demo: {
    title: 'the AWS emulator: S3, EventBridge, and the Secrets Manager that the app reads its namespace from',
    outages: 3,
  },
  python: true,
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const endpoint = `http://127.0.0.1:${port}`;
    const running = await startProcess({
      name: 'moto',
      command: PYTHON,
      args: [PROGRAM, '127.0.0.1', String(port)],
      folder,
      ready: () => fetch(endpoint, { headers: { connection: 'close' }, signal: AbortSignal.timeout(2000) }),
    });
    try {
      await makeBucket(endpoint);
    } catch (error) {
      await running.stop();
      throw error;
    }
    return { ...running, endpoint, port, region: REGION, bucket: BUCKET, secretsPrefix: 'healthgate/' };
  },
});

async function makeBucket(endpoint: string): Promise<void> {
  const s3 = new S3Client({ endpoint, region: REGION, credentials: MOTO_CREDENTIALS, forcePathStyle: true });
  try {
    const location = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET, ...location }));
  } finally {
    s3.destroy();
  }
}
