/** Monitors for Uptime Kuma 1.23, in the form of its backups: Settings, Backup, Import. */
import { pathKey } from '../engine/tree.ts';
import { jsonText } from '../formats/json-text.ts';
import { labelValue } from '../formats/metric-labels.ts';
import { PASSING, patienceFor, reportUrl } from './consumer.ts';
import type { Consumer, Plan, PlannedCheck } from './consumer.ts';

/** The version of Uptime Kuma whose backups have this form. */
const VERSION = '1.23.16';

const PLACEHOLDER = 'REPLACE_WITH_HEALTHGATE_TOKEN';

export const uptimeKuma: Consumer = {
  token: () => `each monitor, in place of ${PLACEHOLDER}, after the import`,
  generate(plan) {
    const monitorList = [whole(plan), ...plan.checks.map((check) => monitor(plan, check))];
    const backup = { version: VERSION, notificationList: [], proxyList: [], monitorList };
    return [{ name: 'uptime-kuma.json', text: `${jsonText(backup, 2)}\n` }];
  },
};

/** It has no references to secrets: the placeholder is replaced after the import. */
function common(plan: Plan) {
  return {
    method: 'GET',
    interval: 60,
    retryInterval: 60,
    maxretries: 1,
    timeout: patienceFor(plan),
    maxredirects: 0,
    accepted_statuscodes: ['200-299'],
    headers: JSON.stringify({ Authorization: `Bearer ${PLACEHOLDER}` }),
    active: true,
    notificationIDList: {},
  };
}

/** The one to notify of: it is down once, whatever the cause, and never while merely degraded. */
function whole(plan: Plan) {
  return {
    name: plan.namespace,
    type: 'keyword',
    url: reportUrl(plan, 'text'),
    keyword: PASSING,
    ...common(plan),
  };
}

/** Shows one check. The status of the answer is that of the whole report, so any counts. */
function monitor(plan: Plan, { path }: PlannedCheck) {
  return {
    name: `${plan.namespace}: ${labelValue(pathKey(path))}`,
    type: 'json-query',
    url: reportUrl(plan, 'json'),
    jsonPath: [...path, 'status'].map(quotedName).join('.'),
    expectedValue: 'working',
    ...common(plan),
    accepted_statuscodes: ['200-299', '400-499', '500-599'],
  };
}

/** A name in JSONata: https://docs.jsonata.org/simple */
function quotedName(name: string): string {
  return `\`${name.replaceAll('`', '')}\``;
}
