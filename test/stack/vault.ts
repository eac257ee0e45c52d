/**
 * Writes the demo's namespace where the app reads it: to the emulator's Secrets Manager, or to a folder if there is no
 * emulator.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openStore } from '../../lib/vault/stores/open.ts';
import type { Addresses } from './addresses.ts';
import { DEMO } from './namespace.ts';
import type { DemoNamespace } from './namespace.ts';

/** Milliseconds for one write. */
const WRITE_WITHIN_MS = 10_000;

/**
 * The environment variables of the AWS SDK must direct it to the emulator.
 *
 * @returns The vault's name, as `--vault` accepts it.
 */
export async function fillVault(
  { document, secrets }: DemoNamespace,
  stack: { readonly addresses: Partial<Addresses>; readonly folder: string },
): Promise<string> {
  const { aws } = stack.addresses;
  const folder = join(stack.folder, 'vault');
  const vault = aws === undefined ? `file:${folder}` : `secretsmanager:${aws.secretsPrefix}`;
  for (const [name, value] of Object.entries(secrets)) {
    const text = JSON.stringify(value);
    await (aws === undefined ? writeSecretFile(join(folder, `${name}.json`), text) : putSecret(name, text));
  }
  const store = await openStore(vault);
  await store.write(DEMO, `${JSON.stringify(document, null, 2)}\n`, AbortSignal.timeout(WRITE_WITHIN_MS));
  return vault;
}

async function writeSecretFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600 });
}

/** Makes the secret, or changes its value if it exists. */
async function putSecret(name: string, text: string): Promise<void> {
  const { CreateSecretCommand, PutSecretValueCommand, ResourceExistsException, SecretsManagerClient } =
    await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient();
  const options = { abortSignal: AbortSignal.timeout(WRITE_WITHIN_MS) };
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString: text }), options);
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error;
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: text }), options);
  } finally {
    client.destroy();
  }
}
