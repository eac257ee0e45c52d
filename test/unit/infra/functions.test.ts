/** What the bundled function loads, and when. A cold start opens, reads and compiles each file of it. */
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { functionOptions } from '../../../infra/functions.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const FUNCTION = 'functions/health.ts';
const BUILD_MS = 60_000;

let outputs: Metafile['outputs'];

beforeAll(async () => {
  const folder = await temporaryFolder();
  ({
    metafile: { outputs },
  } = await build({ ...(await functionOptions(folder.path)), metafile: true }));
  await folder.remove();
}, BUILD_MS);

/** The files that are loaded with these modules, each of which is loaded by itself. */
function filesOf(...modules: readonly string[]): string[] {
  const files = new Set(modules.map((module) => outputOf(module)));
  for (const file of files)
    for (const { path, kind, external } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) files.add(path);
  return [...files];
}

function outputOf(module: string): string {
  const [found] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === module) ?? [];
  if (found === undefined) throw new Error(`${module} is not loaded by itself`);
  return found;
}

/** The modules whose code is in these files. */
function modulesIn(files: readonly string[]): string[] {
  const inputs = files.flatMap((file) => Object.entries(outputs[file]?.inputs ?? {}));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

describe('before its first event, the function loads', () => {
  test.each([
    ['no kind of check', /^lib\/checks\//],
    ['no client', /^lib\/clients\//],
    ['no reader of documents', /^lib\/document\/(namespace|references|json-text|yaml)\.ts$/],
    ['no store', /^lib\/vault\/stores\/(file|secrets-manager|hashicorp)\.ts$/],
    ['no index of tokens', /^lib\/vault\/token-index\.ts$/],
    ['no engine and no reporter', /^lib\/(engine\/run|reporter)\.ts$/],
    ['no telemetry', /^lib\/telemetry\//],
    ['no format but the default one', /^lib\/formats\/(?!(index|format|json|words)\.ts$)/],
    ['nothing that few deployments or events need', /^lib\/http\/(cors|options|rare-events)\.ts$/],
    ['no package but the one that chooses a media type', /^node_modules\/(?!negotiator\/|content-type\/)/],
    ['no choice of a language, charset or encoding', /^node_modules\/negotiator\/(?!lib\/(mediaType|accept)\.js$)/],
  ])('%s', (_what, module) => {
    const loaded = modulesIn(filesOf(FUNCTION));
    expect(loaded).toContain('lib/http/app.ts');
    expect(loaded.filter((path) => module.test(path))).toEqual([]);
  });
});

describe('a step of a cold start shares one more file with the steps after it:', () => {
  // The function, what it shares, and the few lines of esbuild that every file of a package needs.
  const START = 3;

  test.each([
    ['the function', [], START],
    ['the vault in a folder', ['lib/vault/stores/file.ts'], START + 1],
    ['the vault in Secrets Manager', ['lib/vault/stores/secrets-manager.ts'], START + 2],
    ['the document', ['lib/vault/stores/secrets-manager.ts', 'lib/document/namespace.ts'], START + 4],
    ['the report', ['lib/vault/stores/secrets-manager.ts', 'lib/document/namespace.ts', 'lib/reporter.ts'], START + 6],
  ])('%s', (_step, modules, count) => {
    expect(filesOf(FUNCTION, ...modules)).toHaveLength(count);
  });
});
