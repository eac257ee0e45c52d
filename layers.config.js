/**
 * The layers of the code, from top to bottom. A file imports only from its own layer and from the layers below it.
 * Importing a type counts as well. `npm run check` enforces this with dependency-cruiser, which reads this file.
 */
const layers = [
  'test',
  'infra',
  'functions',
  'lib/cli',
  'lib/generate',
  'lib/grpc',
  'lib/compose.ts',
  'lib/http',
  'lib/record',
  'lib/notify',
  'lib/telemetry',
  'lib/reporter.ts',
  'lib/formats',
  'lib/history',
  'lib/vault',
  'lib/document',
  'lib/checks/index.ts',
  'lib/checks/aws',
  'lib/checks/queue',
  'lib/checks/systems',
  'lib/checks/web',
  'lib/checks/data',
  'lib/checks/kind.ts',
  'lib/checks/phrases.ts',
  'lib/clients',
  'lib/engine',
  'lib/log.ts',
  'lib/hide.ts',
  'lib/spellings.ts',
  'lib/pace.ts',
  'lib/clock.ts',
  'lib/problem.ts',
  'lib/did-you-mean.ts',
  'lib/errors.ts',
  'lib/version.ts',
  // For other programs: it knows nothing of ours.
  'lib/client.ts',
];

/** Matches a layer's files: `lib/http/app.ts` is in `lib/http`, `lib/httpx.ts` is not. */
const within = (layer) => `^${layer.replaceAll('.', '\\.')}(?:/|$)`;
const anyLayer = layers.map(within);

export default {
  forbidden: [
    ...layers.slice(1).map((layer, above) => ({
      name: `${layer} must not import from a layer above it`,
      severity: 'error',
      from: { path: within(layer) },
      to: { path: layers.slice(0, above + 1).map(within) },
    })),
    {
      name: 'no circular imports',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'a file in lib must belong to a layer: add its folder to layers.config.js',
      severity: 'error',
      from: { path: '^lib/', pathNot: anyLayer },
      to: {},
    },
    {
      name: 'a file in lib must belong to a layer: add its folder to layers.config.js',
      severity: 'error',
      from: {},
      to: { path: '^lib/', pathNot: anyLayer },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Type-only imports count as well.
    tsPreCompilationDeps: true,
  },
};
