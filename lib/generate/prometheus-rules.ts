/**
 * Alerts for Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
 * One cause is one alert: a check that depends on a broken one has none, nor have checks that all need an address that
 * none of them reaches. The severity is critical where a critical check fails, and warning otherwise.
 */
import { alertmanager } from './alertmanager.ts';
import { causesOf } from './causes.ts';
import type { Causes } from './causes.ts';
import { pageUrl } from './consumer.ts';
import type { Consumer, Plan, PlannedCheck } from './consumer.ts';
import { scrapeConfig, tokenFile } from './prometheus-scrape.ts';
import { checkLabel, selector, templateText } from './promql.ts';
import { yamlText } from './yaml.ts';

/** How long something must fail: the first scrape that sees it, and the next ones. */
const FAILS_FOR = '2m';
const SILENT_FOR = '5m';

interface Alert {
  readonly alert: string;
  /** What it is about, which no other alert of its name has. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly expr: string;
  /** A template, like all texts of alerts. */
  readonly summary: string;
  readonly about?: PlannedCheck;
}

export const prometheusRules: Consumer = {
  token: (plan) => `the file ${tokenFile(plan)}, beside prometheus.yml`,
  generate(plan) {
    const { namespace } = plan;
    const rules = `healthgate-${namespace}.rules.yml`;
    const comment = `Alerts of the namespace ${namespace}. Only those of severity critical should wake anybody.`;
    return [
      { name: rules, text: yamlText(comment, { groups: [{ name: `healthgate-${namespace}`, rules: rulesOf(plan) }] }) },
      { name: 'prometheus.yml', text: scrapeConfig(plan, [rules]) },
      { name: 'alertmanager.yml', text: alertmanager(plan) },
    ];
  },
};

function rulesOf(plan: Plan) {
  const { namespace, checks } = plan;
  const causes = causesOf(checks);
  const sets = causes.sharing.map((members, index) => ({ id: String(index + 1), members }));
  const metric = (name: string, labels: Parameters<typeof selector>[0] = {}) =>
    `${name}${selector({ namespace, ...labels })}`;
  const state = (healthgate_check_state: string, labels: Parameters<typeof selector>[0] = {}) =>
    metric('healthgate_check_state', { ...labels, healthgate_check_state });
  const broken = (of: readonly PlannedCheck[]) => metric('healthgate:check_broken', { check: of.map(checkLabel) });
  const blamesAnother = `${metric('healthgate:check_blames_another')} == 1`;

  /** True while one of the checks fails, as a consequence of something else, and is critical. */
  const harms = (dependents: readonly PlannedCheck[]) => {
    const failing = state('failing', { check: dependents.map(checkLabel) });
    return `(max by (namespace) (${failing} and on (namespace, check) (${blamesAnother})) == 1)`;
  };
  const bySeverity = (alert: Alert, isCritical: boolean, dependents: readonly PlannedCheck[]) => {
    if (isCritical) return [alerting(alert, 'critical', FAILS_FOR)];
    const critical = dependents.filter((dependent) => dependent.critical);
    if (critical.length === 0) return [alerting(alert, 'warning', FAILS_FOR)];
    const { expr } = alert;
    return [
      alerting({ ...alert, expr: `(${expr}) and on (namespace) ${harms(critical)}` }, 'critical', FAILS_FOR),
      alerting({ ...alert, expr: `(${expr}) unless on (namespace) ${harms(critical)}` }, 'warning', FAILS_FOR),
    ];
  };

  const blaming = checks.flatMap((check) => {
    const others = causes.dependencies.get(check) ?? [];
    if (others.length === 0) return [];
    const expr = `max by (namespace) (${broken(others)})`;
    return [recording('healthgate:check_blames_another', expr, { check: templateText(checkLabel(check)) })];
  });
  const sharing = sets.map(({ id, members }) => {
    const all = `(min by (namespace) (${broken(members)}) == 1)`;
    const roots = `count by (namespace) (${broken(members)} == 1 unless on (namespace, check) (${blamesAnother}))`;
    return recording('healthgate:address_broken', `${all} and on (namespace) (${roots} >= 2)`, { address: id });
  });
  const ofAddress = (ids: readonly string[]) =>
    ids.length === 0 ? '' : ` unless on (namespace) ${metric('healthgate:address_broken', { address: ids })}`;

  const addressAlerts = sets.flatMap(({ id, members }) => {
    const larger = sets.filter((set) => set.members.length > members.length && includesAll(set.members, members));
    const expr = `${metric('healthgate:address_broken', { address: id })}${ofAddress(larger.map((set) => set.id))}`;
    const names = listed(members);
    const summary = templateText(`${namespace}: ${names} need the same address, and none of them works`);
    const alert = { alert: 'HealthgateAddressFailing', labels: { address: id }, expr, summary };
    const isCritical = members.some(({ critical }) => critical);
    return bySeverity(alert, isCritical, dependentsOf(members, causes));
  });
  const checkAlerts = checks.flatMap((check) => {
    const blames = (causes.dependencies.get(check) ?? []).length > 0;
    const unblamed = ` unless on (namespace, check) (${blamesAnother})`;
    const ids = sets.filter(({ members }) => members.includes(check)).map(({ id }) => id);
    const expr = `${broken([check])} == 1${blames ? unblamed : ''}${ofAddress(ids)}`;
    const dependents = causes.dependents.get(check) ?? [];
    const needed = dependents.length === 0 ? '' : `; it is needed by ${listed(dependents)}`;
    const summary = templateText(`${namespace}: ${checkLabel(check)} does not work${needed}`);
    const labels = { check: templateText(checkLabel(check)) };
    const alert = { alert: 'HealthgateCheckFailing', labels, expr, summary, about: check };
    return bySeverity(alert, check.critical, dependents);
  });

  const isBroken = `${state('failing', { critical: 'true' })} or ${state('degraded', { critical: 'false' })}`;
  const isImpaired = `${state('degraded', { critical: 'true' })} == 1`;
  return [
    recording('healthgate:check_broken', `max by (namespace, check) (${isBroken})`),
    ...blaming,
    ...sharing,
    ...addressAlerts,
    ...checkAlerts,
    alerting(
      {
        alert: 'HealthgateCheckImpaired',
        expr: `max by (namespace, check) (${isImpaired})`,
        summary: `${namespace}: {{ $labels.check }} works, but is slow or impaired`,
      },
      'warning',
      FAILS_FOR,
    ),
    alerting(
      {
        alert: 'HealthgateNoReport',
        expr: `absent(${metric('healthgate_verdict')})`,
        summary: `${namespace}: Prometheus gets no report`,
      },
      'critical',
      SILENT_FOR,
    ),
  ];

  function alerting({ alert, labels, expr, summary, about }: Alert, severity: string, time: string) {
    return {
      alert,
      expr,
      for: time,
      labels: { namespace, severity, ...labels },
      annotations: {
        summary,
        page_url: pageUrl(plan),
        ...(about?.description !== undefined && { description: templateText(about.description) }),
        ...(about?.runbook !== undefined && { runbook_url: templateText(about.runbook) }),
      },
    };
  }
}

function recording(record: string, expr: string, labels?: Readonly<Record<string, string>>) {
  return { record, expr, ...(labels && { labels }) };
}

function dependentsOf(members: readonly PlannedCheck[], { dependents }: Causes): readonly PlannedCheck[] {
  return [...new Set(members.flatMap((member) => dependents.get(member) ?? []))];
}

function includesAll(set: readonly PlannedCheck[], members: readonly PlannedCheck[]): boolean {
  return members.every((member) => set.includes(member));
}

/** Checks that a summary names. */
const MAX_LISTED = 5;

function listed(checks: readonly PlannedCheck[]): string {
  const names = checks.slice(0, MAX_LISTED).map(checkLabel);
  const more = checks.length - names.length;
  return [...names, ...(more > 0 ? [`${String(more)} more`] : [])].join(', ');
}
