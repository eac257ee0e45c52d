import type { Namespace } from '../document/namespace.ts';
import { leavesOf } from '../engine/tree.ts';
import { hideAll } from '../hide.ts';
import type { Plan } from './consumer.ts';

/**
 * What files are made from. Values that were read from secrets are hidden, as in reports.
 *
 * @param url The base URL of the endpoint, without a slash at its end.
 */
export function planOf(namespace: Namespace, url: string): Plan {
  const hide = hideAll([...namespace.secrets, ...namespace.concealed]);
  const checks = leavesOf(namespace.root).map(
    ({ path, kind, critical, description, runbook, dependsOn, needs, timeoutMs }) => ({
      ...{ path, kind, critical, dependsOn, needs, timeoutMs },
      ...(description !== undefined && { description: hide(description) }),
      ...(runbook !== undefined && { runbook: hide(runbook) }),
    }),
  );
  const { name, deadlineMs, failingStatus } = namespace;
  return { namespace: name, url, checks, deadline: deadlineMs / 1000, failingStatus };
}
