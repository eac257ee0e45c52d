import { afterEach, expect, test, vi } from 'vitest';
import { openStore } from '../../../lib/vault/stores/open.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['file:some/folder', 'file:C:\\vault', 'secretsmanager:healthgate/', 'hashicorp:secret/healthgate'])(
  '%s is opened, and called so',
  async (name) => {
    vi.stubEnv('VAULT_ADDR', 'https://vault.example:8200');
    vi.stubEnv('VAULT_TOKEN', 'hvs.token');
    expect((await openStore(name)).location).toBe(name);
  },
);

test.each(['', 'vault', ':vault', 'file:', 'secretsmanager:', 'hashicorp:', 'http://vault.example/token'])(
  '%j is no name of a vault, and is not repeated',
  async (name) => {
    await expect(openStore(name)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/expected.*file:<folder>|file:<folder>.*expected/) as string,
    });
  },
);
