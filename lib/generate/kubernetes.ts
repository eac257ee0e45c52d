/**
 * Probes for a workload that needs the namespace, and metrics for the Prometheus operator. There is no liveness probe:
 * Kubernetes would restart every pod while something that they all depend on is down.
 * https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
import { createHash } from 'node:crypto';
import { PASSING, patienceFor, reportUrl } from './consumer.ts';
import type { Consumer, Plan } from './consumer.ts';
import { SCRAPE_INTERVAL } from './prometheus-scrape.ts';
import { yamlText } from './yaml.ts';

/** Seconds between two probes. */
const PERIOD = 10;
/** Failures in a row after which a pod gets no requests: as many as before an alert. */
const FAILURES = 3;
/** Seconds that a pod has until it must be ready for the first time. */
const STARTUP = 300;

/** In place of the text that users must give. */
const IMAGE = 'REPLACE-WITH-YOUR-IMAGE';

export const kubernetes: Consumer = {
  token: (plan) => `the Secret ${nameOf(plan)}, under the key token`,
  generate(plan) {
    const comment =
      `Probes for a workload that needs everything in the namespace ${plan.namespace}, and a ServiceMonitor of it.\n` +
      'Copy env, readinessProbe and startupProbe into your own workload. Its image needs sh, curl and grep.\n' +
      'The token is in a Secret that you make from a file with nothing else in it:\n' +
      `  kubectl create secret generic ${nameOf(plan)} --from-file=token\n` +
      'Healthgate itself is expected behind a Service with the label app.kubernetes.io/name: healthgate, port http.';
    return [{ name: 'kubernetes.yml', text: yamlText(comment, workload(plan), serviceMonitor(plan)) }];
  },
};

/** A name that Kubernetes accepts: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
function nameOf({ namespace }: Plan): string {
  const name = `healthgate-${namespace.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 50).replace(/-$/, '');
  if (name === `healthgate-${namespace}`) return name;
  return `${name}-${createHash('sha256').update(namespace).digest('hex').slice(0, 8)}`;
}

function workload(plan: Plan) {
  const name = nameOf(plan);
  const labels = { 'app.kubernetes.io/name': `needs-${name}` };
  const container = {
    name: 'app',
    image: IMAGE,
    env: [{ name: 'HEALTHGATE_TOKEN', valueFrom: { secretKeyRef: { name, key: 'token' } } }],
    startupProbe: { ...probe(plan), failureThreshold: Math.ceil(STARTUP / probe(plan).periodSeconds) },
    readinessProbe: { ...probe(plan), failureThreshold: FAILURES },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `needs-${name}`, labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  };
}

/**
 * A probe by HTTP cannot read its header from a Secret. curl gets it on its standard input, so that the token is in no
 * list of processes. A degraded namespace is ready.
 */
function probe(plan: Plan) {
  const seconds = patienceFor(plan);
  const command =
    `printf 'header = "Authorization: Bearer %s"' "$HEALTHGATE_TOKEN" | ` +
    `curl --config - --silent --max-time ${String(seconds)} '${reportUrl(plan, 'text')}' | grep -q ${PASSING}`;
  return {
    exec: { command: ['sh', '-c', command] },
    periodSeconds: Math.max(PERIOD, seconds + 1),
    timeoutSeconds: seconds + 1,
  };
}

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor */
function serviceMonitor(plan: Plan) {
  const { protocol, pathname } = new URL(plan.url);
  const name = nameOf(plan);
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name },
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/name': 'healthgate' } },
      endpoints: [
        {
          port: 'http',
          scheme: protocol.replace(':', ''),
          path: `${pathname.replace(/\/$/, '')}/api/health/`,
          params: { format: ['openmetrics'] },
          authorization: { type: 'Bearer', credentials: { name, key: 'token' } },
          honorLabels: true,
          interval: `${String(SCRAPE_INTERVAL)}s`,
          scrapeTimeout: `${String(Math.min(patienceFor(plan), SCRAPE_INTERVAL))}s`,
        },
      ],
    },
  };
}
