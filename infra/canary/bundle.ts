import type { BuildOptions } from 'esbuild';

/** Bundles the canary into one script, which the CloudFormation template contains as text. */
export const canaryOptions = {
  entryPoints: { 'infra/canary': 'infra/canary/canary.ts' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  // osls and CloudFormation would read `${…}` as their own variables.
  supported: { 'template-literal': false },
  // The canary's runtime provides these.
  external: ['@aws/synthetics-core', '@aws-sdk/*'],
  outExtension: { '.js': '.txt' },
  logLevel: 'warning',
} as const satisfies BuildOptions;
