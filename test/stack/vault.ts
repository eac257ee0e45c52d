/** Puts the demo's namespace where the app reads it: into the emulator's Secrets Manager, or a folder where that is left out. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openStore } from '../../lib/vault/stores/open.ts';
import type { Addresses } from './addresses.ts';
import { DEMO } from './namespace.ts';
import type { DemoNamespace } from './namespace.ts';

/** Milliseconds for one write. */
const WRITE_WITHIN_MS = 10_000;

/**
 * @param stack The emulator is found by the SDK's own environment variables.
 * @returns The vault's name, as `--vault` takes it.
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

/** Makes the secret, or gives the one that is there a new value. */
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
