/**
 * Metrics for Prometheus: states, times and figures, and no text of a message. Always answered with 200, since a scrape
 * that fails would hide the metrics that tell why: https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { Figure } from '../engine/figures.ts';
import type { CheckResult, Verdict } from '../engine/types.ts';
import { DAY_MS } from '../history/span.ts';
import type { Wanted } from '../history/view.ts';
import { version } from '../version.ts';
import type { Format, View } from './format.ts';
import { uptimeOver, WINDOWS } from './history-words.ts';
import type { WindowName } from './history-words.ts';
import { labelValue } from './metric-labels.ts';

const UPTIME_WANTED: Wanted = { quartersMs: DAY_MS, daysMs: WINDOWS['90d'] * DAY_MS, standings: true };
const WINDOW_NAMES = Object.keys(WINDOWS) as WindowName[];

const STATES: readonly Verdict[] = ['working', 'degraded', 'failing'];

/** A check, and the labels of all its metrics. */
interface Labelled {
  readonly check: CheckResult;
  readonly labels: string;
}

export const openmetrics: Format = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  status: () => 200,
  wants: () => UPTIME_WANTED,
  render(view) {
    const { report, ageMs } = view;
    const namespace = label('namespace', view.namespace.name);
    const checks = resultsOf(report.result).map((check) => ({ check, labels: labelsOf(check, view) }));
    const stageLabel = remembering((name) => label('stage', name)); // many checks have the same stages
    const lines = [
      ...stateSet('healthgate_verdict', 'The verdict of the report.'),
      ...states('healthgate_verdict', namespace, report.verdict),
      ...stateSet('healthgate_check_state', 'The state of a check. One that is not critical is never failing.'),
      ...checks.flatMap(({ check, labels }) => states('healthgate_check_state', labels, check.verdict)),
      ...seconds('healthgate_check_duration_seconds', 'How long a check took.'),
      ...checks.map(({ check, labels }) => sample('healthgate_check_duration_seconds', labels, inSeconds(check))),
      ...seconds('healthgate_check_stage_seconds', 'How long a stage of a check took.'),
      ...checks.flatMap((check) => stagesOf(check, stageLabel)),
      ...family('healthgate_check_figure', 'gauge', 'A figure that a check observed.'),
      ...checks.flatMap(figuresOf),
      ...seconds('healthgate_report_age_seconds', 'How old the report is. Reports are shared for a few seconds.'),
      sample('healthgate_report_age_seconds', namespace, ageMs / 1000),
      ...historyOf(view, checks),
      ...family('healthgate_build', 'info', 'The version of Healthgate.'),
      sample('healthgate_build_info', label('version', version), 1),
      '# EOF',
    ];
    return `${lines.join('\n')}\n`;
  },
};

/** What was recorded of the checks, where that is known. */
function historyOf({ history }: View, checks: readonly Labelled[]): string[] {
  if (history === undefined) return [];
  const uptimes = WINDOW_NAMES.flatMap((window) =>
    checks.flatMap(({ check, labels }) => {
      const ratio = uptimeOver(history, pathKey(check.path), window);
      const own = `${labels},${label('window', window)}`;
      return ratio === undefined ? [] : [sample('healthgate_check_uptime_ratio', own, ratio)];
    }),
  );
  const changes = checks.flatMap(({ check, labels }) => {
    const since = history.standings?.get(pathKey(check.path))?.since;
    return since === undefined ? [] : [sample('healthgate_check_last_change_timestamp_seconds', labels, since / 1000)];
  });
  return [
    ...family('healthgate_check_uptime_ratio', 'gauge', 'The share of the time in which a check was up.'),
    ...uptimes,
    ...seconds('healthgate_check_last_change_timestamp_seconds', 'Since when a check is up, degraded or down.'),
    ...changes,
  ];
}

function family(name: string, type: string, help: string): string[] {
  return [`# TYPE ${name} ${type}`, `# HELP ${name} ${help}`];
}

const stateSet = (name: string, help: string) => family(name, 'stateset', help);

function seconds(name: string, help: string): string[] {
  const [type = '', text = ''] = family(name, 'gauge', help);
  return [type, `# UNIT ${name} seconds`, text];
}

/** One sample for each state. Its label has the name of the metric. */
function states(name: string, labels: string, current: Verdict): string[] {
  return STATES.map((state) => sample(name, `${labels},${name}="${state}"`, state === current ? 1 : 0));
}

function sample(name: string, labels: string, value: number): string {
  return `${name}{${labels}} ${String(Math.round(value * 1e6) / 1e6)}`;
}

function inSeconds({ durationMs }: { readonly durationMs: number }): number {
  return durationMs / 1000;
}

/** A stage that a check went through several times counts once, with its whole time. */
function stagesOf({ check, labels }: Labelled, stageLabel: (name: string) => string): string[] {
  const total = new Map<string, number>();
  for (const stage of check.stages) total.set(stage.name, (total.get(stage.name) ?? 0) + inSeconds(stage));
  return [...total].map(([stage, time]) =>
    sample('healthgate_check_stage_seconds', `${labels},${stageLabel(stage)}`, time),
  );
}

function figuresOf({ check, labels }: Labelled): string[] {
  return check.observed.flatMap((figure) => {
    const value = numberIn(figure);
    if (value === undefined) return [];
    const own = `${label('figure', figure.name)},${label('unit', figure.unit)}`;
    return [sample('healthgate_check_figure', `${labels},${own}`, value)];
  });
}

/** The number itself, or the latest of a series. Texts are no metrics. */
function numberIn({ value }: Figure): number | undefined {
  if (typeof value === 'number') return value;
  const last = typeof value === 'string' ? undefined : value.at(-1);
  return typeof last === 'object' ? last.value : undefined;
}

function labelsOf({ path, kind, critical }: CheckResult, { namespace }: View): string {
  const check = `${label('check', pathKey(path))},${label('kind', kind)},${label('critical', String(critical))}`;
  return `${label('namespace', namespace.name)},${check}`;
}

function remembering(make: (name: string) => string): (name: string) => string {
  const made = new Map<string, string>();
  return (name) => {
    const text = made.get(name) ?? make(name);
    made.set(name, text);
    return text;
  };
}

function label(name: string, value: string): string {
  return `${name}="${labelValue(value).replace(/[\\"]/g, '\\$&')}"`;
}
