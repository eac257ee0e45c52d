/**
 * Components and groups for Statuspage, as its API takes them: https://developer.statuspage.io/
 * First each component by POST /v1/pages/{page}/components, then each group with the ids that the answers held.
 */
import { pathKey } from '../engine/tree.ts';
import { jsonText } from '../formats/json-text.ts';
import { labelValue } from '../formats/metric-labels.ts';
import type { Consumer, Plan, PlannedCheck } from './consumer.ts';

export const statuspage: Consumer = {
  generate: (plan) => [{ name: 'statuspage.json', text: `${jsonText(contentOf(plan), 2)}\n` }],
};

function contentOf({ checks }: Plan) {
  const groups = new Map<string, string[]>();
  for (const check of checks) {
    const [group = '', ...inner] = check.path;
    if (inner.length > 0) groups.set(group, [...(groups.get(group) ?? []), pathOf(check)]);
  }
  return {
    components: checks.map((check) => ({ path: pathOf(check), component: componentOf(check) })),
    component_groups: [...groups].map(([name, paths]) => ({
      component_group: { name: labelValue(name) },
      // Statuspage wants the ids of these components, which it makes.
      component_paths: paths,
    })),
  };
}

const pathOf = ({ path }: PlannedCheck) => labelValue(pathKey(path));

/** The public sees the name within its group, and the description. */
function componentOf({ path, description }: PlannedCheck) {
  const [group = '', ...inner] = path;
  return {
    name: labelValue(inner.length === 0 ? group : pathKey(inner)),
    ...(description !== undefined && { description: labelValue(description) }),
    status: 'operational',
    showcase: true,
  };
}
