/** Runs leaves of a document the way a namespace runs them, and keeps what was logged. */
import { run } from '../../lib/engine/run.ts';
import { findPart, leavesOf, resultsOf } from '../../lib/engine/tree.ts';
import { statusText } from '../../lib/formats/words.ts';
import { createLog } from '../../lib/log.ts';
import type { Check, CheckResult, VaultAccess } from '../../lib/engine/types.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';
import type { Namespace } from '../../lib/document/namespace.ts';

export interface Outcome {
  /** One for a check; one for each step of a composite one. */
  readonly results: readonly CheckResult[];
  /** The first that does not work, or the first. */
  readonly result: CheckResult;
  /** `working`, or `<Error>: <message>`. */
  readonly status: string;
  /** Everything that the run logged. */
  readonly logged: string;
}

export interface RunLeafOptions {
  readonly signal?: AbortSignal;
  readonly vault?: VaultAccess;
  /** Seconds that the whole run may take; the preset of every namespace unless given. */
  readonly deadline?: number;
}

const noVault: VaultAccess = { isRemote: false, prove: () => Promise.reject(new Error('this test has no vault')) };

export async function runLeaf(leaf: object, options: RunLeafOptions = {}): Promise<Outcome> {
  const { leaf: outcome } = await runLeaves({ leaf }, options);
  return outcome;
}

/** Runs the leaves in one namespace. Returns the outcome of each, by its name. */
export async function runLeaves<Name extends string>(
  leaves: Readonly<Record<Name, object>>,
  { signal, vault = noVault, deadline }: RunLeafOptions = {},
): Promise<Record<Name, Outcome>> {
  const lines: string[] = [];
  // This log does not know the namespace's secrets, so it shows what would be logged if nothing were hidden.
  const log = createLog((line) => lines.push(line));
  const { root, deadlineMs } = await parse(leaves, deadline);
  const options = { namespace: 'test', deadlineMs, vault, log, ...(signal && { signal }) };
  const all = resultsOf((await run(root, options)).result);
  const logged = lines.join('\n');
  const outcomes = Object.keys(leaves).map((name) => {
    const results = all.filter(({ path }) => path[0] === name);
    const result = results.find(({ error }) => error !== undefined) ?? results[0];
    if (result === undefined) throw new Error('no result');
    return [name, { results, result, status: statusText(result), logged }];
  });
  return Object.fromEntries(outcomes) as Record<Name, Outcome>;
}

/** The check that a leaf is; the steps of a composite one. */
export async function checksOf(leaf: object): Promise<Check[]> {
  const part = findPart((await parse({ leaf })).root, ['leaf']);
  if (part === undefined) throw new Error('no check');
  return leavesOf(part);
}

function parse(checks: object, deadline?: number): Promise<Namespace> {
  const document = { access_tokens: ['a token of the test'], deadline, checks };
  return parseNamespace('test', JSON.stringify(document), { readSecret: () => Promise.resolve(undefined) });
}
