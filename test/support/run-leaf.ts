/** Runs one leaf of a document the way a namespace runs it, and keeps what it logged. */
import { run } from '../../lib/engine/run.ts';
import { resultsOf } from '../../lib/engine/tree.ts';
import { statusText } from '../../lib/formats/words.ts';
import { createLog } from '../../lib/log.ts';
import type { CheckResult, VaultAccess } from '../../lib/engine/types.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';

export interface Outcome {
  readonly result: CheckResult;
  /** `working`, or `<Error>: <message>`. */
  readonly status: string;
  /** Everything that was logged. */
  readonly logged: string;
}

export interface RunLeafOptions {
  readonly signal?: AbortSignal;
  readonly vault?: VaultAccess;
}

const noVault: VaultAccess = { isRemote: false, prove: () => Promise.reject(new Error('this test has no vault')) };

export async function runLeaf(leaf: object, { signal, vault = noVault }: RunLeafOptions = {}): Promise<Outcome> {
  const lines: string[] = [];
  // This log does not know the namespace's secrets, so it shows what would be logged if nothing were hidden.
  const log = createLog((line) => lines.push(line));
  const document = { access_tokens: ['a token of the test'], checks: { leaf } };
  const namespace = await parseNamespace('test', JSON.stringify(document), {
    readSecret: () => Promise.resolve(undefined),
  });
  const deadlineMs = namespace.deadlineMs;
  const report = await run(namespace.root, {
    namespace: 'test',
    deadlineMs,
    vault,
    log,
    ...(signal && { signal }),
  });
  const [result] = resultsOf(report.result);
  if (result === undefined) throw new Error('no result');
  return { result, status: statusText(result), logged: lines.join('\n') };
}
