import type { BuildOptions } from 'esbuild';

/** The canary as one script, which stands in the template as text. */
export const canaryOptions = {
  entryPoints: { 'infra/canary': 'infra/canary/canary.ts' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  // osls and CloudFormation would take `${…}` for theirs.
  supported: { 'template-literal': false },
  // The runtime has them.
  external: ['@aws/synthetics-core', '@aws-sdk/*'],
  outExtension: { '.js': '.txt' },
  logLevel: 'warning',
} as const satisfies BuildOptions;
