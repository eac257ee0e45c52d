/** What the formats of other systems say of the roles that checks play. */
import { resultsOf } from '../engine/tree.ts';
import type { CheckResult, Role, Verdict } from '../engine/types.ts';
import { compareVerdicts, worst } from '../engine/verdict.ts';
import type { View } from './format.ts';

export interface RoleResult {
  readonly role: Role;
  readonly verdict: Verdict;
  /** The worst of the checks that play it. */
  readonly check: CheckResult;
}

/** The roles that are played in the report, in the order of the list. The others are left out. */
export function rolesPlayed({ report, namespace }: View, wanted: readonly Role[]): RoleResult[] {
  const checks = resultsOf(report.result);
  return wanted.flatMap((role) => {
    const paths = namespace.roles[role] ?? [];
    const players = checks.filter(({ path }) => paths.some((at) => at.every((name, index) => path[index] === name)));
    const [check] = players.toSorted((a, b) => compareVerdicts(a.verdict, b.verdict));
    return check === undefined ? [] : [{ role, verdict: worst(players.map(({ verdict }) => verdict)), check }];
  });
}
