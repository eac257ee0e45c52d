/** Runs one leaf of a document the way a namespace runs it, and keeps what it logged. */
import { run } from '../../lib/engine/run.ts';
import { leaves } from '../../lib/engine/verdict.ts';
import { createLog } from '../../lib/log.ts';
import type { CheckResult, ProveVault } from '../../lib/engine/types.ts';
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
  readonly proveVault?: ProveVault;
}

const noVault: ProveVault = () => Promise.reject(new Error('this test has no vault'));

export async function runLeaf(leaf: object, { signal, proveVault = noVault }: RunLeafOptions = {}): Promise<Outcome> {
  const lines: string[] = [];
  // This log does not know the namespace's secrets, so it shows what would be logged if nothing were hidden.
  const log = createLog((line) => lines.push(line));
  const document = { access_tokens: ['a token of the test'], checks: { leaf } };
  const namespace = await parseNamespace('test', JSON.stringify(document), () => Promise.resolve(undefined));
  const deadlineMs = namespace.deadlineMs;
  const report = await run(namespace.root, {
    namespace: 'test',
    deadlineMs,
    proveVault,
    log,
    ...(signal && { signal }),
  });
  const [result] = leaves(report.result);
  if (result === undefined) throw new Error('no result');
  const status = result.error === undefined ? 'working' : `${result.error.code}: ${result.error.message}`;
  return { result, status, logged: lines.join('\n') };
}
