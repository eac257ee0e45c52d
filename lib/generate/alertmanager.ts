/** Whom the alerts reach, and which of them silence others: https://prometheus.io/docs/alerting/latest/configuration/ */
import type { Plan } from './consumer.ts';
import { yamlText } from './yaml.ts';

export function alertmanager({ namespace }: Plan): string {
  const ours = (matcher: string) => [`namespace="${namespace}"`, matcher];
  const comment =
    'What is critical goes to the receiver pager, and the rest to the receiver nobody.\n' +
    'Give pager what reaches you: https://prometheus.io/docs/alerting/latest/configuration/#receiver';
  return yamlText(comment, {
    route: {
      receiver: 'nobody',
      group_by: ['namespace', 'alertname', 'check', 'address'],
      routes: [{ receiver: 'pager', matchers: ours('severity="critical"') }],
    },
    inhibit_rules: [
      {
        source_matchers: ours('alertname="HealthgateNoReport"'),
        target_matchers: ours('alertname=~"Healthgate.+Failing|HealthgateCheckImpaired"'),
        equal: ['namespace'],
      },
      {
        source_matchers: ours('severity="critical"'),
        target_matchers: ours('severity="warning"'),
        equal: ['namespace', 'check', 'address'],
      },
    ],
    receivers: [{ name: 'nobody' }, { name: 'pager' }],
  });
}
