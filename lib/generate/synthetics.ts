/**
 * The configuration of a canary of CloudWatch Synthetics, multi checks blueprint:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_WritingCanary_Multichecks.html
 */
import { createHash } from 'node:crypto';
import { jsonText } from '../formats/json-text.ts';
import { PASSING, patienceFor, reportUrl } from './consumer.ts';
import type { Consumer, Plan } from './consumer.ts';

const MAX_STEPS = 10;
const MAX_NAME_LENGTH = 64;
/** Milliseconds: the blueprint takes no less, and API Gateway waits no longer than 30 seconds. */
const LEAST_TIMEOUT = 5000;

const PASSES = [
  { type: 'STATUS_CODE', operator: 'EQUALS', value: 200 },
  { type: 'BODY', target: 'TEXT', operator: 'CONTAINS', value: PASSING },
];

const secretOf = ({ namespace }: Plan) => `healthgate-synthetics-${namespace}`;

export const synthetics: Consumer = {
  token: (plan) => `${secretOf(plan)} in Secrets Manager`,
  generate(plan) {
    const parts = [...new Set(plan.checks.map(({ path }) => path[0] ?? ''))];
    const steps = [wholeStep(plan), ...parts.slice(0, MAX_STEPS - 1).map((part) => partStep(plan, part))];
    const blueprint = {
      globalSettings: { stepTimeout: timeoutFor(plan) },
      variables: { token: `\${AWS_SECRET:${secretOf(plan)}}` },
      steps: Object.fromEntries(steps.map((step, index) => [String(index + 1), step])),
    };
    return [{ name: 'blueprint-config.json', text: `${jsonText(blueprint, 2)}\n` }];
  },
};

const timeoutFor = (plan: Plan) => Math.max(LEAST_TIMEOUT, patienceFor(plan) * 1000);

/** Passes while the namespace is working or degraded. */
function wholeStep(plan: Plan) {
  return {
    stepName: 'namespace',
    checkerType: 'HTTP',
    url: reportUrl(plan, 'text'),
    httpMethod: 'GET',
    timeout: timeoutFor(plan),
    headers: { Authorization: 'Bearer ${token}' },
    assertions: PASSES,
  };
}

/** One part at the top of the tree, asked for alone, which takes a URL with the token. */
function partStep(plan: Plan, part: string) {
  return {
    stepName: stepName(part),
    checkerType: 'HTTP',
    url: `${plan.url}/api/health/\${token}/${encodeURIComponent(part.toWellFormed())}/?format=text`,
    httpMethod: 'GET',
    timeout: timeoutFor(plan),
    assertions: PASSES,
  };
}

/** Letters, digits, hyphens and underscores, after a letter. Unique: the name of the whole has no hyphen. */
function stepName(part: string): string {
  const name = `part-${part.replace(/[^A-Za-z0-9_-]+/g, '-')}`;
  if (name === `part-${part}` && name.length <= MAX_NAME_LENGTH) return name;
  const hash = createHash('sha256').update(part).digest('hex').slice(0, 8);
  return `${name.slice(0, MAX_NAME_LENGTH - hash.length - 1)}-${hash}`;
}
