import { afterEach, expect, test, vi } from 'vitest';
import { openStore } from '../../../lib/vault/stores/open.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['file:some/folder', 'file:C:\\vault', 'secretsmanager:healthgate/', 'hashicorp:secret/healthgate'])(
  'opens the vault %s under this name',
  async (name) => {
    vi.stubEnv('VAULT_ADDR', 'https://vault.example:8200');
    vi.stubEnv('VAULT_TOKEN', 'hvs.token');
    expect((await openStore(name)).location).toBe(name);
  },
);

test.each(['', 'vault', ':vault', 'file:', 'secretsmanager:', 'hashicorp:', 'http://vault.example/token'])(
  'refuses %j as the name of a vault',
  async (name) => {
    await expect(openStore(name)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/expected.*file:<folder>|file:<folder>.*expected/) as string,
    });
  },
);
