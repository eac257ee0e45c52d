/** moto: emulates S3, Secrets Manager, EventBridge and more of AWS. It keeps everything in memory. What it lacks, programs/moto_with_relay.py adds. */
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Addresses } from '../addresses.ts';
import { freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';

export interface MotoOptions {
  readonly folder: string;
  /** Interpreter of the environment that has moto. */
  readonly python: string;
  /** The one of an earlier start, where it shall come back as it was; a free one unless set. */
  readonly port?: number;
  /** Name of the bucket to make. */
  readonly bucket?: string;
  /** For names of secrets; its own are made by the caller. */
  readonly secretsPrefix?: string;
  /** Secrets to make, by their whole name. */
  readonly secrets?: Readonly<Record<string, string>>;
}

const PROGRAM = join(import.meta.dirname, 'programs/moto_with_relay.py');
const REGION = 'eu-central-1';
/** moto takes any. */
export const MOTO_CREDENTIALS = { accessKeyId: 'emulator', secretAccessKey: 'emulator-secret' };

/** The SDK's own environment variables, which lead it to the emulator. */
export function motoEnvironment({ endpoint, region }: Pick<Addresses['aws'], 'endpoint' | 'region'>) {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: MOTO_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: MOTO_CREDENTIALS.secretAccessKey,
  };
}

export async function startMoto(options: MotoOptions): Promise<Running & Addresses['aws']> {
  const { folder, python, bucket = 'healthgate-bucket', secretsPrefix = 'healthgate/', secrets = {} } = options;
  const port = options.port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${port}`;
  const running = await startProcess({
    name: 'moto',
    command: python,
    args: [PROGRAM, '127.0.0.1', String(port)],
    folder,
    ready: () => fetch(endpoint, { headers: { connection: 'close' }, signal: AbortSignal.timeout(2000) }),
  });
  try {
    await fill(endpoint, bucket, secrets);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { ...running, endpoint, port, region: REGION, bucket, secretsPrefix };
}

async function fill(endpoint: string, bucket: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  const settings = { endpoint, region: REGION, credentials: MOTO_CREDENTIALS };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const secretsManager = new SecretsManagerClient(settings);
  try {
    const location = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
    await s3.send(new CreateBucketCommand({ Bucket: bucket, ...location }));
    for (const [Name, SecretString] of Object.entries(secrets))
      await secretsManager.send(new CreateSecretCommand({ Name, SecretString }));
  } finally {
    s3.destroy();
    secretsManager.destroy();
  }
}
