/** A module for the blackbox exporter: https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md */
import { PASSING, patienceFor, reportUrl } from './consumer.ts';
import type { Consumer, Plan } from './consumer.ts';
import { SCRAPE_INTERVAL, tokenFile } from './prometheus-scrape.ts';
import { yamlText } from './yaml.ts';

export const blackbox: Consumer = {
  token: (plan) => `the file ${tokenFile(plan)}, beside prometheus.yml`,
  generate: (plan) => [
    { name: 'blackbox.yml', text: modules(plan) },
    { name: 'prometheus.yml', text: probing(plan) },
  ],
};

const moduleName = ({ namespace }: Plan) => `healthgate_${namespace}`;

function modules(plan: Plan): string {
  const http = {
    method: 'GET',
    valid_status_codes: [200],
    fail_if_body_not_matches_regexp: [PASSING],
    follow_redirects: false,
    preferred_ip_protocol: 'ip4',
    authorization: { type: 'Bearer', credentials_file: tokenFile(plan) },
  };
  const probe = { prober: 'http', timeout: `${String(patienceFor(plan))}s`, http };
  const comment =
    `Asks for the namespace ${plan.namespace}. A degraded namespace passes.\n` +
    'Put its token, and nothing else, into the file named here. A relative path is below the folder of this file.';
  return yamlText(comment, { modules: { [moduleName(plan)]: probe } });
}

/** https://prometheus.io/docs/guides/multi-target-exporter/ */
function probing(plan: Plan): string {
  const job = {
    job_name: `healthgate-probe-${plan.namespace}`,
    metrics_path: '/probe',
    params: { module: [moduleName(plan)] },
    scrape_interval: `${String(SCRAPE_INTERVAL)}s`,
    scrape_timeout: `${String(Math.min(patienceFor(plan) + 1, SCRAPE_INTERVAL))}s`,
    static_configs: [{ targets: [reportUrl(plan, 'text')] }],
    relabel_configs: [
      { source_labels: ['__address__'], target_label: '__param_target' },
      { source_labels: ['__param_target'], target_label: 'instance' },
      { target_label: '__address__', replacement: '127.0.0.1:9115' },
    ],
  };
  return yamlText('Lets Prometheus probe through a blackbox exporter on the same machine.', { scrape_configs: [job] });
}
