import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { badge } from '../../../lib/formats/badge.ts';
import { shields } from '../../../lib/formats/shields.ts';
import { HOSTILE_TEXTS, reports, resultAt, viewAt, viewOf } from '../../support/reports.ts';

/** The schema by which Shields validates: https://github.com/badges/shields/blob/master/services/endpoint-common.js */
const endpoint = v.strictObject({
  schemaVersion: v.literal(1),
  label: v.string(),
  message: v.pipe(v.string(), v.nonEmpty()),
  color: v.optional(v.string()),
  isError: v.optional(v.boolean()),
  cacheSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

const viewNamed = (name: string) => viewOf(reports[name] ?? expect.fail(name));

describe('the shields format', () => {
  it.each(Object.keys(reports))('follows the schema of Shields for the report "%s"', (name) => {
    expect(v.is(endpoint, JSON.parse(shields.render(viewNamed(name))))).toBe(true);
  });

  it('follows it for every name of a part', () => {
    for (const name of HOSTILE_TEXTS) {
      const found = v.parse(endpoint, JSON.parse(shields.render({ ...viewAt(resultAt([name])), part: [name] })));
      expect(found.label.length).toBeLessThanOrEqual(60);
    }
  });

  it('has no shorter time to keep it than Shields accepts, nor than the report is shared', () => {
    const namespace = { name: 'prod', failingStatus: 503, maxAgeMs: 600_400, roles: {} };
    expect(JSON.parse(shields.render(viewAt(resultAt('a'))))).toHaveProperty('cacheSeconds', 300);
    expect(JSON.parse(shields.render({ ...viewAt(resultAt('a')), namespace }))).toHaveProperty('cacheSeconds', 601);
  });
});

describe.each([
  ['badge', badge],
  ['shields', shields],
])('the format %s', (_name, format) => {
  it.each([
    ['working', /working/],
    ['degraded', /degraded, 1 of 2 work/],
    ['failing', /failing, 1 of 4 work/],
  ])('says in words that a report is %s, and is answered with 200', (name, words) => {
    expect(format.render(viewNamed(name))).toMatch(words);
    expect(format.status(viewNamed(name))).toBe(200);
  });

  it('names the namespace, and the part that it is of', () => {
    expect(format.render({ ...viewAt(resultAt('cache/data')), part: ['cache', 'data'] })).toContain('prod/cache/data');
  });
});

describe('the badge', () => {
  it('has a title that says all that it shows', () => {
    expect(badge.render(viewNamed('working'))).toContain('<title>prod: working</title>');
  });

  it('is as wide as its text', () => {
    const width = (label: string) =>
      Number(/width="(\d+)"/.exec(badge.render({ ...viewAt(resultAt('a')), part: [label] }))?.[1]);
    expect(width('iiii')).toBeLessThan(width('mmmm'));
    expect(width('日本')).toBeGreaterThan(width('ab'));
  });
});
