import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openMetrics } from '../../../lib/telemetry/metrics.ts';
import type { Failure, Report } from '../../../lib/engine/types.ts';
import { groupResult, HOSTILE_NAMES, reportOf, resultAt } from '../../support/reports.ts';

const SECRET = 'what-nobody-may-see';
const refused: Failure = { code: 'ConnectionError', message: `refused by ${SECRET}` };
const yellow: Failure = { code: 'UnhealthyError', message: SECRET, degraded: true };
const report = reportOf(
  groupResult(
    '',
    groupResult('cache', resultAt('cache/data', { target: SECRET }), resultAt('cache/pages', { error: refused })),
    resultAt('search', { error: yellow, verdict: 'degraded', durationMs: 7.5 }),
  ),
);

let written = '';

beforeEach(() => {
  written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

interface Line {
  readonly _aws: { readonly CloudWatchMetrics: readonly unknown[] };
  readonly Check?: string;
}

function linesOf(value: string, of: Report, part: readonly string[] = []): Line[] {
  openMetrics(value).record(of, part);
  const lines = written.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Line);
}

const metric = (Name: string, Unit: string) => ({ Name, Unit });

describe('the metrics of a namespace', () => {
  it('have the namespace as their only dimension', () => {
    const lines = linesOf('namespace', report);
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number) as number,
          CloudWatchMetrics: [
            {
              Namespace: 'Healthgate',
              Dimensions: [['Namespace']],
              Metrics: [
                metric('Working', 'Count'),
                metric('FailingChecks', 'Count'),
                metric('DegradedChecks', 'Count'),
                metric('Duration', 'Milliseconds'),
              ],
            },
          ],
        },
        Namespace: 'prod',
        Working: 0,
        FailingChecks: 1,
        DegradedChecks: 1,
        Duration: report.durationMs,
      },
    ]);
  });

  it.each([
    ['working', 1],
    ['degraded', 1],
    ['failing', 0],
  ] as const)('say of a %s one that it works: %i', (verdict, Working) => {
    expect(linesOf('namespace', { ...report, verdict })).toMatchObject([{ Working }]);
  });

  it('are not written for a part of it', () => {
    expect(linesOf('checks', report, ['cache'])).toEqual([]);
  });
});

describe('the metrics of checks', () => {
  it('have the path as their second dimension', () => {
    const [, ...checks] = linesOf('checks', report);
    expect(checks).toMatchObject([
      { Namespace: 'prod', Check: 'cache/data', Working: 1, Duration: 12 },
      { Namespace: 'prod', Check: 'cache/pages', Working: 0, Duration: 12 },
      { Namespace: 'prod', Check: 'search', Working: 1, Duration: 7.5 },
    ]);
    expect(checks[0]?._aws.CloudWatchMetrics).toMatchObject([{ Dimensions: [['Namespace', 'Check']] }]);
  });

  it('have dimensions that CloudWatch takes, whatever the names are', () => {
    const names = [...HOSTILE_NAMES, 'é', ':a', 'x'.repeat(3000), '\ud800'];
    const [, ...checks] = linesOf('checks', reportOf(groupResult('', ...names.map((name) => resultAt([name])))));
    expect(checks).toHaveLength(names.length);
    for (const { Check } of checks) expect(Check).toMatch(/^(?!:)[\x20-\x7e]{1,1024}$/);
  });

  it('show no message and no target', () => {
    expect(linesOf('checks', report)).toHaveLength(4);
    expect(written).not.toContain(SECRET);
  });
});

it.each(['on', 'constructor'])('HEALTHGATE_METRICS=%s is refused', (value) => {
  expect(() => openMetrics(value)).toThrow('HEALTHGATE_METRICS: expected namespace or checks');
});
