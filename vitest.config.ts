import { defineConfig } from 'vitest/config';

const timeouts = { testTimeout: 30_000, hookTimeout: 30_000 };
const withStack = { globalSetup: ['test/support/global-setup.ts'] };

export default defineConfig({
  test: {
    // The servers of the stack end one after the other.
    teardownTimeout: 30_000,
    // Most tests wait for servers, so one worker a core leaves the machine idle no more than it must.
    maxWorkers: '100%',
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
