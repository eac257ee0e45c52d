/**
 * The health check response of draft-inadarei-api-health-check-06, with everything that `json` has no room for:
 * https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
 */
import { outagesIn } from '../engine/outages.ts';
import type { Outage } from '../engine/outages.ts';
import type { StageTime } from '../engine/stages.ts';
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { CheckResult, Report, Verdict } from '../engine/types.ts';
import { version } from '../version.ts';
import { statusByVerdict } from './format.ts';
import type { Format, View } from './format.ts';
import { jsonText } from './json-text.ts';
import { countText, CUT_OFF, outageText } from './whole.ts';
import { statusText } from './words.ts';

const STATUS = { working: 'pass', degraded: 'warn', failing: 'fail' } as const satisfies Record<Verdict, string>;

/** Causes that the notes tell. */
const MAX_NOTED = 20;

export const healthJson: Format = {
  contentType: 'application/health+json',
  status: statusByVerdict,
  render: (view) => `${jsonText(documentOf(view))}\n`,
};

function documentOf({ report, namespace, part }: View) {
  const { verdict, result } = report;
  const outages = outagesIn(result);
  const time = new Date(report.startedAt + report.durationMs).toISOString();
  const target = [namespace.name, ...part].join('/');
  return {
    status: STATUS[verdict],
    version: version.split('.')[0],
    releaseId: version,
    serviceId: namespace.name,
    description: `Health of ${target}`,
    notes: notesOf(report, outages),
    ...(verdict !== 'working' && { output: countText(result) }),
    checks: checksOf(resultsOf(result), outages, time),
  };
}

function notesOf({ observerCutOff }: Report, outages: readonly Outage[]): string[] {
  const more = outages.length - MAX_NOTED;
  return [
    ...(observerCutOff ? [CUT_OFF] : []),
    ...outages.slice(0, MAX_NOTED).map(outageText),
    ...(more > 0 ? [`and ${String(more)} more causes`] : []),
  ];
}

/** The checks by `component:measurement`. Each is measured by its time and by its figures. */
function checksOf(checks: readonly CheckResult[], outages: readonly Outage[], time: string) {
  const consequences = new Map(outages.map((outage) => [outage.teller, outage.consequences]));
  const found = new Map<string, object[]>();
  const add = (key: string, measured: object) => {
    const others = found.get(key);
    if (others === undefined) found.set(key, [measured]);
    else others.push(measured);
  };
  for (const check of checks) {
    const componentId = pathKey(check.path);
    // A colon ends the name of the component.
    const component = componentId.replaceAll(':', '%3A');
    const status = STATUS[check.verdict];
    add(`${component}:responseTime`, timeOf(check, { componentId, status, time }, consequences.get(check) ?? []));
    for (const { name, label, unit, value } of check.observed)
      add(`${component}:${name}`, {
        componentId,
        componentType: 'component',
        status,
        time,
        observedValue: value,
        observedUnit: unit === '' ? undefined : unit,
        label,
      });
  }
  return Object.fromEntries(found);
}

interface Common {
  readonly componentId: string;
  readonly status: string;
  readonly time: string;
}

/**
 * The keys of the draft, and some of our own, which it allows. JSON leaves out those that are undefined. Objects of one
 * shape are made several times faster than objects of many.
 */
function timeOf(check: CheckResult, { componentId, status, time }: Common, consequences: readonly CheckResult[]) {
  const { kind, critical, target, description, runbook, stages, error } = check;
  return {
    componentId,
    componentType: 'component',
    status,
    time,
    observedValue: rounded(check.durationMs),
    observedUnit: 'ms',
    output: error && statusText(check),
    affectedEndpoints: error && [check, ...consequences].map(endpointOf),
    // `help` is the registered relation: https://www.iana.org/assignments/link-relations/
    links: runbook === undefined ? undefined : { help: runbook },
    kind,
    critical,
    target: target === '' ? undefined : target,
    description,
    stages: stages.length === 0 ? undefined : stages.map(stageOf),
  };
}

function stageOf({ name, startMs, durationMs }: StageTime): StageTime {
  return { name, startMs: rounded(startMs), durationMs: rounded(durationMs) };
}

/** A URI template (RFC 6570): where that check alone is asked for. */
function endpointOf({ path }: CheckResult): string {
  return `/api/health/{access_token}/${path.map((name) => `${encodeURIComponent(name.toWellFormed())}/`).join('')}`;
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
