/** How Prometheus scrapes a namespace: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
import { patienceFor } from './consumer.ts';
import type { Plan } from './consumer.ts';
import { yamlText } from './yaml.ts';

/** Seconds between two scrapes. Each may be a run of all checks. */
export const SCRAPE_INTERVAL = 60;

/** @param rules Names of the files with rules. */
export function scrapeConfig(plan: Plan, rules: readonly string[]): string {
  const { protocol, host, pathname } = new URL(plan.url);
  const job = {
    job_name: `healthgate-${plan.namespace}`,
    scheme: protocol.replace(':', ''),
    metrics_path: `${pathname.replace(/\/$/, '')}/api/health/`,
    params: { format: ['openmetrics'] },
    authorization: { type: 'Bearer', credentials_file: tokenFile(plan) },
    // The label `namespace` is the one of the report.
    honor_labels: true,
    scrape_interval: `${String(SCRAPE_INTERVAL)}s`,
    scrape_timeout: `${String(Math.min(patienceFor(plan), SCRAPE_INTERVAL))}s`,
    static_configs: [{ targets: [host] }],
  };
  const comment = `Scrapes the namespace ${plan.namespace}. Put its token, and nothing else, into the file named here.`;
  return yamlText(comment, { rule_files: rules, scrape_configs: [job] });
}

/** Where programs on the same machine read the token. */
export function tokenFile({ namespace }: Plan): string {
  return `healthgate-${namespace}.token`;
}
