import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { healthJson } from '../../../lib/formats/health-json.ts';
import { summaryOf } from '../../../lib/formats/summary.ts';
import type { Report } from '../../../lib/engine/types.ts';
import { groupResult, HOSTILE_TEXTS, reportOf, reports, resultAt, viewOf } from '../../support/reports.ts';

const status = v.picklist(['pass', 'warn', 'fail']);
/** An object of links, by relation. */
const links = v.record(v.string(), v.pipe(v.string(), v.url()));
const time = v.pipe(v.string(), v.isoTimestamp());
const template = v.pipe(v.string(), v.regex(/^(?:[A-Za-z0-9\-._~/%!'()*]|\{[a-z_]+\})*$/));

/** Section 4 of the draft. Keys of our own are allowed there. */
const measured = v.pipe(
  v.looseObject({
    componentId: v.string(),
    componentType: v.string(),
    observedValue: v.unknown(),
    observedUnit: v.optional(v.string()),
    status,
    time,
    output: v.optional(v.string()),
    affectedEndpoints: v.optional(v.array(template)),
    links: v.optional(links),
  }),
  v.check(({ status, output }) => status !== 'pass' || output === undefined, 'no output where it passes'),
  v.check(({ status, affectedEndpoints }) => status !== 'pass' || affectedEndpoints === undefined),
);

/** Section 3 of the draft, without any other key. */
const health = v.strictObject({
  status,
  version: v.string(),
  releaseId: v.string(),
  serviceId: v.string(),
  description: v.string(),
  notes: v.array(v.string()),
  output: v.optional(v.string()),
  checks: v.record(v.pipe(v.string(), v.regex(/^[^:]*:[^:]+$/)), v.array(measured)),
});

const rendered = (report: Report | undefined) =>
  v.parse(health, JSON.parse(report ? healthJson.render(viewOf(report)) : ''));

describe('the health+json format', () => {
  it.each(Object.entries(reports))('follows the draft for the report "%s"', (_name, report) => {
    expect(rendered(report).checks).not.toEqual({});
  });

  it('follows the draft whatever the names are', () => {
    const checks = HOSTILE_TEXTS.map((name) => resultAt([name], { error: { code: 'UnhealthyError', message: name } }));
    const found = rendered(reportOf(groupResult('', ...checks)));
    expect(Object.values(found.checks).flat()).toHaveLength(checks.length);
  });

  it.each([
    ['working', 'pass'],
    ['degraded', 'warn'],
    ['failing', 'fail'],
  ])('says of a report that is %s that it is %s', (name, word) => {
    expect(rendered(reports[name]).status).toBe(word);
    expect(rendered(reports[name]).output === undefined).toBe(word === 'pass');
  });

  it('tells each cause once, and that the observer may be cut off', () => {
    expect(rendered(reports['one cause']).notes).toEqual([
      expect.stringContaining('may be cut off'),
      'cache.example:6379: cache/data: ConnectionError: connection refused by redis cache.example:6379; ' +
        'is it running and listening there?; because of it, cache/pages and celery:ping do not work',
      'queue: UnhealthyError: the queue is too deep',
    ]);
  });

  it('has the time, the figures and the stages of a check', () => {
    const { checks } = rendered(reports['one cause']);
    expect(Object.keys(checks).filter((key) => key.startsWith('queue:'))).toEqual([
      'queue:responseTime',
      'queue:depth',
      'queue:workers',
      'queue:state',
      'queue:lag',
    ]);
    expect(checks['queue:responseTime']).toMatchObject([{ observedValue: 12, observedUnit: 'ms', status: 'warn' }]);
    expect(checks['queue:depth']).toMatchObject([{ observedValue: 1234, observedUnit: 'messages' }]);
    expect(checks['queue:responseTime']?.[0]).toHaveProperty('stages.2.name', 'query');
  });

  it('has the endpoints that a cause affects, and a link to the runbook', () => {
    const [cause] = rendered(reports['one cause']).checks['cache/data:responseTime'] ?? [];
    expect(cause?.affectedEndpoints).toEqual([
      '/api/health/{access_token}/cache/data/',
      '/api/health/{access_token}/cache/pages/',
      '/api/health/{access_token}/celery%3Aping/',
    ]);
    expect(cause?.links).toEqual({ help: 'https://wiki.example/runbooks/redis' });
  });

  it('keeps checks apart whose names differ by an escaped colon alone', () => {
    const report = reportOf(groupResult('', resultAt('a:b'), resultAt('a%3Ab')));
    expect(rendered(report).checks['a%3Ab:responseTime']?.map(({ componentId }) => componentId)).toEqual([
      'a:b',
      'a%3Ab',
    ]);
  });

  it('tells at most 20 causes, and how many more there are', () => {
    const error = { code: 'TimeoutError', message: 'x' } as const;
    const checks = Array.from({ length: 30 }, (_, index) => resultAt(String(index), { error }));
    const { notes } = rendered(reportOf(groupResult('', ...checks)));
    expect(notes).toHaveLength(21);
    expect(notes.at(-1)).toBe('and 10 more causes');
  });

  it('has names, classes of errors and times alone in a summary', () => {
    const { 'one cause': report } = reports;
    const summary = rendered(report && summaryOf(report));
    expect(summary.notes).toContain('cache/data: ConnectionError');
    expect(summary.checks['queue:responseTime']?.[0]).not.toHaveProperty('target');
  });
});
