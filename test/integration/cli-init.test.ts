/** Runs `healthgate init` as a process of its own, on a folder and on Secrets Manager. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { openStore } from '../../lib/vault/stores/open.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const keysIn = (text: string | undefined) => Object.keys(JSON.parse(text ?? '') as object);
const signal = () => AbortSignal.timeout(10_000);

test('begins a folder whose only namespace validate accepts, with a JSON Schema for editors', async () => {
  const folder = await temporaryFolder();
  expect(await runCli(['init', 'shop', 'redis'], { cwd: folder.path })).toMatchObject({ code: 0, err: '' });
  const vault = `file:${folder.path}/vault`;
  expect(await runCli(['validate', vault])).toMatchObject({ code: 0, err: '' });
  const store = await openStore(vault);
  expect(await store.list(signal())).toEqual(['shop']);
  expect(keysIn(await store.read('shop', signal()))).toEqual(['$schema', 'access_tokens', 'checks']);
  await folder.remove();
});

test('names no JSON Schema in Secrets Manager, where no file can lie beside the document', async () => {
  for (const [name, value] of Object.entries(motoEnvironment(inject('stack').aws))) vi.stubEnv(name, value);
  const vault = `secretsmanager:cli-init-${randomUUID()}`;
  expect(await runCli(['init', 'shop', 'redis', '--vault', vault])).toMatchObject({ code: 0, err: '' });
  const store = await openStore(vault);
  expect(keysIn(await store.read('shop', signal()))).toEqual(['access_tokens', 'checks']);
});
