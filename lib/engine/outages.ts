/** What is broken, each with all that fails because of it: the failures of a report, told once per cause. Pure. */
import { pathKey, resultsOf } from './tree.ts';
import type { CheckResult, Result, Verdict } from './types.ts';
import { compareVerdicts, worst } from './verdict.ts';

export interface Outage {
  /** The path of the check that is the cause, or the address that several failing checks need. */
  readonly cause: OutageCause;
  /** The worst verdict of all that belongs to it. */
  readonly verdict: Verdict;
  /** The check that tells what is wrong: the cause itself, or the first critical one that blames the address. */
  readonly teller: CheckResult;
  /** The other checks that fail because of it, in the order of the document. */
  readonly consequences: readonly CheckResult[];
}

export type OutageCause = { readonly path: string } | { readonly address: string };

/** The outages of a report: worst first, then those with the most consequences. A check may belong to several. */
export function outagesIn(result: Result): Outage[] {
  const broken = resultsOf(result).filter(({ error }) => error !== undefined);
  const byPath = new Map(broken.map((check) => [pathKey(check.path), check]));
  const outages = new Map<string, { readonly cause: OutageCause; readonly checks: CheckResult[] }>();
  for (const check of broken) {
    for (const cause of rootsOf(check, byPath)) {
      const key = JSON.stringify(cause);
      const outage = outages.get(key) ?? { cause, checks: [] };
      if (!outage.checks.includes(check)) outage.checks.push(check);
      outages.set(key, outage);
    }
  }
  return [...outages.values()]
    .flatMap(({ cause, checks }) => outageOf(cause, checks))
    .sort((a, b) => compareVerdicts(a.verdict, b.verdict) || b.consequences.length - a.consequences.length);
}

/** What the failure of each check rests on in the end, by its path; only for checks that something else explains. */
export function rootsIn(result: Result): ReadonlyMap<string, readonly OutageCause[]> {
  const broken = resultsOf(result).filter(({ error }) => error !== undefined);
  const byPath = new Map(broken.map((check) => [pathKey(check.path), check]));
  return new Map(
    broken.flatMap((check) => (check.causes.length === 0 ? [] : [[pathKey(check.path), rootsOf(check, byPath)]])),
  );
}

/** What a failure rests on in the end: causes that have no cause of their own, or the check itself. */
function rootsOf(check: CheckResult, byPath: ReadonlyMap<string, CheckResult>): OutageCause[] {
  const paths = check.causes.flatMap((cause) => ('path' in cause ? [cause.path] : []));
  if (paths.length === 0) return [blamed(check) ?? { path: pathKey(check.path) }];
  return paths.map((path) => blamed(byPath.get(path)) ?? { path });
}

/** The address that a check blames together with others. */
function blamed(check: CheckResult | undefined): OutageCause | undefined {
  const cause = check?.causes.find((cause) => 'address' in cause);
  return cause !== undefined && 'address' in cause ? { address: cause.address } : undefined;
}

function outageOf(cause: OutageCause, checks: readonly CheckResult[]): Outage[] {
  const tellers = checks.filter((check) =>
    'path' in cause ? pathKey(check.path) === cause.path : blamed(check) !== undefined,
  );
  const [first] = checks;
  const teller = tellers.find(({ critical }) => critical) ?? tellers[0] ?? first;
  if (teller === undefined) return [];
  const verdict = worst(checks.map((check) => check.verdict));
  return [{ cause, verdict, teller, consequences: checks.filter((check) => check !== teller) }];
}
