import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Also of `expect.poll`, whose second is not enough for a program to start on a machine that is busy.
const timeouts = { testTimeout: 30_000, hookTimeout: 30_000, expect: { poll: { timeout: 20_000 } } };
const withStack = { globalSetup: ['test/support/global-setup.ts'] };

export default defineConfig({
  test: {
    // Time for the servers of the stack to end.
    teardownTimeout: 30_000,
    // One worker more than there are cores, because most tests spend their time waiting for servers.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], pool: 'forks', ...timeouts } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], pool: 'forks', ...timeouts, ...withStack } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          pool: 'forks',
          ...timeouts,
          ...withStack,
        },
      },
    ],
  },
});
