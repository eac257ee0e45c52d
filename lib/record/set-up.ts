/** What a namespace's document says about recording it, read once for each version of the document. */
import { maintenance, notify } from '../document/lists.ts';
import type { Namespace } from '../document/namespace.ts';
import { leavesOf, pathKey } from '../engine/tree.ts';
import type { Confirmation } from '../engine/types.ts';
import { hideAll } from '../hide.ts';
import type { Log } from '../log.ts';
import type { Target } from '../notify/target.ts';
import type { Problem } from '../problem.ts';

export interface SetUp {
  readonly targets: readonly Target[];
  /** What it takes to believe a change, by path, where the document says so. */
  readonly confirmations: ReadonlyMap<string, Confirmation>;
}

const known = new WeakMap<Namespace, Promise<SetUp>>();

/** Mistakes are logged once for each version of the document. What is right still counts. */
export function setUp(namespace: Namespace, log: Log): Promise<SetUp> {
  const before = known.get(namespace);
  if (before !== undefined) return before;
  const now = readSetUp(namespace, log.hiding(namespace.secrets));
  known.set(namespace, now);
  now.catch(() => known.delete(namespace));
  return now;
}

async function readSetUp(namespace: Namespace, log: Log): Promise<SetUp> {
  const [{ targets }, problems] = await Promise.all([targetsOf(namespace), mistakesInSetUp(namespace)]);
  if (problems.length > 0)
    log.warn('the document has mistakes in what it says about maintenance and notices', {
      namespace: namespace.name,
      problems: problems.map(({ path, message }) => `${path}: ${message}`),
    });
  const confirmations = leavesOf(namespace.root).flatMap(({ path, confirmation }) =>
    confirmation === undefined ? [] : [[pathKey(path), confirmation] as const],
  );
  return { targets, confirmations: new Map(confirmations) };
}

/** What is wrong with what a document says about notices and maintenance. What is right still counts. */
export async function mistakesInSetUp(namespace: Namespace): Promise<readonly Problem[]> {
  const { problems } = await targetsOf(namespace);
  const all = [...problems, ...(await mistakesInWindows(namespace))];
  if (all.length === 0) return all;
  const hide = hideAll(namespace.concealed);
  return all.map((problem) => ({ ...problem, message: hide(problem.message) }));
}

/** What it takes to send notices is loaded only where somebody wants them. */
async function targetsOf(namespace: Namespace): Promise<{ targets: readonly Target[]; problems: readonly Problem[] }> {
  const items = namespace.settings.get(notify);
  if (items.length === 0) return { targets: [], problems: [] };
  const { readTargets } = await import('../notify/targets.ts');
  return readTargets(items, namespace);
}

async function mistakesInWindows(namespace: Namespace): Promise<readonly Problem[]> {
  const items = namespace.settings.get(maintenance);
  if (items.length === 0) return [];
  const { mistakesInMaintenance } = await import('../history/maintenance-rules.ts');
  return mistakesInMaintenance(items, namespace.root);
}
