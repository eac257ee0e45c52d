import { describe, expect, it } from 'vitest';
import { openmetrics } from '../../../lib/formats/openmetrics.ts';
import { groupResult, HOSTILE_TEXTS, reports, resultAt, viewAt, viewOf } from '../../support/reports.ts';

const samplesOf = (text: string, metric: string) => text.split('\n').filter((line) => line.startsWith(`${metric}{`));

describe('the openmetrics format', () => {
  it('has the labels namespace, check, kind and critical on each metric of a check', () => {
    const check = resultAt('cache/data', { kind: 'redis', critical: false });
    const rendered = openmetrics.render(viewAt(groupResult('', check)));
    const labels = 'namespace="prod",check="cache/data",kind="redis",critical="false"';
    expect(samplesOf(rendered, 'healthgate_check_duration_seconds')).toEqual([
      `healthgate_check_duration_seconds{${labels}} 0.012`,
    ]);
    expect(samplesOf(rendered, 'healthgate_check_state')).toEqual([
      `healthgate_check_state{${labels},healthgate_check_state="working"} 1`,
      `healthgate_check_state{${labels},healthgate_check_state="degraded"} 0`,
      `healthgate_check_state{${labels},healthgate_check_state="failing"} 0`,
    ]);
  });

  it('adds up the time of a stage that a check went through twice', () => {
    const report = reports['one cause'];
    const rendered = report ? openmetrics.render(viewOf(report)) : '';
    expect(samplesOf(rendered, 'healthgate_check_stage_seconds').filter((line) => line.includes('"query"'))).toEqual([
      expect.stringMatching(/ 0\.0055$/),
    ]);
  });

  it('has the figures that are numbers, and the latest value of a series', () => {
    const report = reports['one cause'];
    const rendered = report ? openmetrics.render(viewOf(report)) : '';
    expect(samplesOf(rendered, 'healthgate_check_figure').map((line) => /figure=.*/.exec(line)?.[0])).toEqual([
      'figure="depth",unit="messages"} 1234',
      'figure="lag",unit="seconds"} 0.5',
    ]);
  });

  it('tells the age of the report', () => {
    const view = { ...viewAt(resultAt('a')), ageMs: 2500 };
    expect(openmetrics.render(view)).toContain('\nhealthgate_report_age_seconds{namespace="prod"} 2.5\n');
  });

  it('contains nothing of messages, targets, runbooks and descriptions', () => {
    const telling = { target: 'needle', runbook: 'needle', description: 'needle' };
    const check = resultAt('a', { ...telling, error: { code: 'TimeoutError', message: 'needle' } });
    expect(openmetrics.render(viewAt(check))).not.toMatch(/needle|TimeoutError/);
  });

  it('keeps labels short, and different names apart', () => {
    const names = [...HOSTILE_TEXTS, `${'x'.repeat(10_000)}y`, ' ', '  ', '\ud800', '\ud801'];
    const checks = [...new Set(names)].map((name) => resultAt([name]));
    const rendered = openmetrics.render(viewAt(groupResult('', ...checks)));
    const samples = samplesOf(rendered, 'healthgate_check_duration_seconds');
    expect(new Set(samples).size).toBe(checks.length);
    for (const sample of samples) expect(sample.length).toBeLessThan(400);
  });

  it('is answered with 200 also when the report is failing', () => {
    const report = reports.failing;
    expect(report && openmetrics.status(viewOf(report))).toBe(200);
  });
});
