import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { signedApi, signedHeaders } from '../../../../lib/clients/aws/secrets-manager-signed.ts';

/** The hash that the SDK's signer needs. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('not needed');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

describe('the signature', () => {
  it.each([
    ['for a role in Lambda', 'https://secretsmanager.eu-central-1.amazonaws.com/', 'a-session-token/with+signs=='],
    ['for a user', 'https://secretsmanager.us-gov-west-1.amazonaws.com/', undefined],
    ['for an emulator', 'http://127.0.0.1:4566/', 'token'],
  ])("equals the SDK's signature %s", async (_name, href, sessionToken) => {
    const url = new URL(href);
    const credentials = {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
      ...(sessionToken !== undefined && { sessionToken }),
    };
    const region = 'eu-central-1';
    const now = new Date('2026-11-01T12:34:56.789Z');
    const body = '{"SecretId":"prod/ü"}';
    const ours = signedHeaders({ url, action: 'GetSecretValue', body, region, credentials, now });
    const signer = new SignatureV4({
      service: 'secretsmanager',
      region,
      sha256: Sha256,
      applyChecksum: false,
      credentials,
    });
    const unsigned = Object.fromEntries(Object.entries(ours).filter(([name]) => name !== 'authorization'));
    const theirs = await signer.sign(
      {
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: {},
        headers: unsigned,
        body,
      },
      { signingDate: now },
    );
    expect(ours).toEqual(theirs.headers);
  });
});

describe('signedApi', () => {
  const lambda = {
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_SESSION_TOKEN: 'token',
  };

  it('uses the environment of Lambda', () => {
    expect(signedApi(lambda)?.target).toBe('Secrets Manager in eu-central-1');
    expect(signedApi({ ...lambda, AWS_REGION: 'us-gov-east-1' })).toBeDefined();
  });

  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['outside Lambda', { AWS_LAMBDA_RUNTIME_API: undefined }],
    ['with a profile', { AWS_PROFILE: 'prod' }],
    ['with FIPS endpoints', { AWS_USE_FIPS_ENDPOINT: 'true' }],
    ['without a region', { AWS_REGION: undefined }],
    ['in China, where endpoints have another suffix', { AWS_REGION: 'cn-north-1' }],
    ['in an isolated partition', { AWS_REGION: 'us-isob-east-1' }],
    ['in the European sovereign cloud', { AWS_REGION: 'eusc-de-east-1' }],
    ['with an invalid region', { AWS_REGION: 'evil.example/' }],
    ['without credentials', { AWS_ACCESS_KEY_ID: undefined }],
    ['with empty credentials', { AWS_SECRET_ACCESS_KEY: '' }],
  ])('leaves requests to the SDK %s', (_name, over) => {
    expect(signedApi({ ...lambda, ...over })).toBeUndefined();
  });
});
