/** Endpoints for gatus: https://github.com/TwiN/gatus#configuration */
import { pathKey } from '../engine/tree.ts';
import { labelValue } from '../formats/metric-labels.ts';
import { patienceFor, reportUrl } from './consumer.ts';
import type { Consumer, Plan, PlannedCheck } from './consumer.ts';
import { yamlText } from './yaml.ts';

/** The names that its paths into JSON can hold: they have no way to escape a dot or a bracket. */
const PLAIN_NAME = /^[A-Za-z0-9_-]+$/;

/** By the body, since a namespace can answer 200 while it is failing. */
const PASSES = ['[BODY].status == any(pass, warn)'];

export const gatus: Consumer = {
  token: () => 'the environment variable HEALTHGATE_TOKEN of gatus',
  generate(plan) {
    const common = {
      group: plan.namespace,
      url: `${plan.url}/api/health/`,
      interval: '60s',
      client: { timeout: `${String(patienceFor(plan))}s` },
      headers: { Authorization: 'Bearer ${HEALTHGATE_TOKEN}' },
    };
    // Both formats are of the same report, which is shared.
    const whole = {
      name: labelValue(plan.namespace),
      ...common,
      url: reportUrl(plan, 'health+json'),
      conditions: PASSES,
    };
    const checks = plan.checks.map((check) => ({ name: nameOf(check), ...common, ...askingFor(check, plan) }));
    const comment =
      'gatus reads HEALTHGATE_TOKEN from its environment.\n' +
      'Give alerts to the first endpoint alone: it fails once, whatever the cause, and never while merely degraded.\n' +
      'The others show each check, from the same report.';
    return [{ name: 'gatus.yml', text: yamlText(comment, { endpoints: [whole, ...checks] }) }];
  },
};

/** gatus replaces `$` by its environment, everywhere in the file. A doubled one stands for itself. */
function nameOf({ path }: PlannedCheck): string {
  return labelValue(pathKey(path)).replaceAll('$', '$$$$');
}

/** The check's place in the whole report, or, where no path leads there, the URL of the check alone. */
function askingFor({ path }: PlannedCheck, { url }: Plan) {
  if (path.every((name) => PLAIN_NAME.test(name)))
    return { conditions: [`[BODY].${path.join('.')}.status == working`] };
  const part = path.map((name) => `${encodeURIComponent(name.toWellFormed())}/`).join('');
  return { url: `${url}/api/health/\${HEALTHGATE_TOKEN}/${part}`, conditions: ['[BODY].status == working'] };
}
