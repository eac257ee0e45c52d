/** Records the AWS calls of the function when it does everything it can: all kinds, and the vault, on the emulator. */
import { CloudFrontClient, CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { vi } from 'vitest';
import { secretsManagerStore } from '../../lib/vault/stores/secrets-manager.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import { fixtures } from '../contract/fixtures/index.ts';
import type { Leaf } from '../contract/fixture.ts';
import type { Addresses } from '../stack/addresses.ts';
import { HISTORY } from '../stack/servers/shared/event-bridge.ts';
import { accessesOf, distinct } from './aws-calls.ts';
import type { Access } from './aws-calls.ts';
import { collectedLog } from './collected-log.ts';
import { awsProxy } from './aws-proxy.ts';
import { runLeaf } from './run-leaf.ts';
import { openedBy } from './opened.ts';

/** What the run uses in the emulator. */
export interface Belongings {
  /** Prefix of the names of the namespaces' secrets. */
  readonly prefix: string;
  /** A secret that documents refer to. */
  readonly secret: string;
  /** Key of an object that is read. */
  readonly object: string;
  /** Id of a distribution. */
  readonly distribution: string;
}

/** Creates them in the emulator. */
export async function makeBelongings(bucket: string, wanted: Omit<Belongings, 'distribution'>): Promise<Belongings> {
  const [s3, cloudfront, secrets] = [new S3Client(), new CloudFrontClient(), new SecretsManagerClient()];
  try {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: wanted.object, Body: 'asset' }));
    await secrets.send(new CreateSecretCommand({ Name: wanted.secret, SecretString: '{"host":"127.0.0.1"}' }));
    const { Distribution } = await cloudfront.send(
      new CreateDistributionCommand({
        DistributionConfig: {
          CallerReference: wanted.prefix,
          Comment: '',
          Enabled: true,
          Origins: { Quantity: 1, Items: [{ Id: 'origin', DomainName: 'assets.example', OriginPath: '' }] },
          DefaultCacheBehavior: { TargetOriginId: 'origin', ViewerProtocolPolicy: 'redirect-to-https' },
        },
      }),
    );
    return { ...wanted, distribution: Distribution?.Id ?? '' };
  } finally {
    for (const client of [s3, cloudfront, secrets]) client.destroy();
  }
}

export interface RecordedRun {
  /** The namespaces found by a token that carries its namespace, by an opaque token, and by a wrong token. */
  readonly opened: readonly (string | undefined)[];
  /** What became of each leaf, by its kind and name: `s3: a round trip`. */
  readonly outcomes: ReadonlyMap<string, string>;
  /** Kinds that called AWS. */
  readonly callers: ReadonlySet<string>;
  /** Each access once, ordered by action. */
  readonly accesses: readonly Access[];
  /** Those of the checks alone, without those that find the namespaces. */
  readonly ofChecks: readonly Access[];
}

/** Name of the leaf that fails: its query misses the event, so that the check looks at every hop. */
export const LOST = 'an event that is not found';

/** What the fixtures leave out: calls that need more than the common stack has. */
const moreLeaves = (
  stack: Addresses,
  { secret, object, distribution }: Belongings,
): Readonly<Record<string, Leaf>> => ({
  'an object that is read': { kind: 's3', bucket: stack.aws.bucket, mode: 'read', key: object },
  'the distribution itself': { kind: 'cloudfront', url: `${stack.assets.url}/app.js`, distribution },
  'a secret by its name': { kind: 'secrets_manager', secret },
  [LOST]: {
    kind: 'event_pipeline',
    ...HISTORY,
    clickhouse: { url: stack.clickhouse.url, query: "SELECT count() FROM history.events WHERE check_id = 'not {id}'" },
    timeout: 5,
  },
});

/** Runs everything as the function does in Lambda, with a recording proxy in the emulator's place. */
export async function recordRun(stack: Addresses, belongings: Belongings): Promise<RecordedRun> {
  const tokens = { own: createToken('shop'), opaque: `an opaque token of ${belongings.prefix}` };
  await writeNamespaces(belongings, tokens);
  const proxy = await awsProxy(stack.aws.endpoint);
  try {
    vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
    // When this is set, Secrets Manager is called without the SDK.
    vi.stubEnv('AWS_LAMBDA_RUNTIME_API', '127.0.0.1:1');

    const vault = new Vault(secretsManagerStore(belongings.prefix), collectedLog().log);
    const opened: (string | undefined)[] = [];
    for (const token of [tokens.own, tokens.opaque, createToken('none')])
      opened.push((await openedBy(vault, token))?.name);

    const found = proxy.calls.length;
    const throughProxy = { ...stack, aws: { ...stack.aws, endpoint: proxy.url, port: proxy.port } };
    const leaves = [
      ...fixtures.flatMap(({ works }) => Object.entries(works(throughProxy))),
      ...Object.entries(moreLeaves(throughProxy, belongings)),
    ];
    const outcomes = new Map<string, string>();
    const callers = new Set<string>();
    for (const [name, leaf] of leaves) {
      const before = proxy.calls.length;
      outcomes.set(`${leaf.kind}: ${name}`, (await runLeaf(leaf, { vault: vault.access('shop') })).status);
      if (proxy.calls.length > before) callers.add(leaf.kind);
    }
    const [accesses, ofChecks] = [proxy.calls, proxy.calls.slice(found)].map((calls) =>
      distinct(calls.flatMap(accessesOf)),
    ) as [readonly Access[], readonly Access[]];
    return { opened, outcomes, callers, accesses, ofChecks };
  } finally {
    vi.unstubAllEnvs();
    await proxy.stop();
  }
}

/** Writes a namespace for each token. Both refer to the secret. */
async function writeNamespaces(
  { prefix, secret }: Belongings,
  { own, opaque }: { readonly own: string; readonly opaque: string },
): Promise<void> {
  const store = secretsManagerStore(prefix);
  const checks = { api: { kind: 'tcp', host: { secret, key: 'host' }, port: 80 } };
  for (const [name, token] of Object.entries({ shop: own, blog: opaque }))
    await store.write(name, JSON.stringify({ access_tokens: [token], checks }), AbortSignal.timeout(10_000));
}
