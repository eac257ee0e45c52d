import { describe, expect, it } from 'vitest';
import { json } from '../../../lib/formats/json.ts';
import { groupResult, HOSTILE_NAMES, reports, viewAt, viewOf, resultAt } from '../../support/reports.ts';

const render = (...parts: Parameters<typeof groupResult>[1][]) => json.render(viewAt(groupResult('', ...parts)));

describe('the json format of a leaf', () => {
  it('has exactly status and response_time when the check works', () => {
    expect(json.render(viewAt(resultAt('a', { description: 'x', runbook: 'https://x.example' })))).toBe(
      '{"status":"working","response_time":"0.012"}\n',
    );
  });

  it('has the error and its message as the status when the check fails', () => {
    const error = { code: 'TimeoutError', message: 'no answer within 2 s from redis cache.example:6379' } as const;
    expect(json.render(viewAt(resultAt('a', { error, durationMs: 2001 })))).toBe(
      '{"status":"TimeoutError: no answer within 2 s from redis cache.example:6379","response_time":"2.001"}\n',
    );
  });

  it.each([
    [0, '0.000'],
    [0.4, '0.000'],
    [0.5, '0.001'],
    [12.4, '0.012'],
    [999.9, '1.000'],
    [28_000, '28.000'],
    [123_456_789, '123456.789'],
  ])('shows %d ms as the response time %s', (durationMs, text) => {
    expect(json.render(viewAt(resultAt('a', { durationMs })))).toContain(`"response_time":"${text}"`);
  });
});

describe('the json format of a tree', () => {
  const leaf = '{"status":"working","response_time":"0.012"}';

  it('has the shape of the document, compact, with nothing added but a line feed at the end', () => {
    expect(render(groupResult('cache', resultAt('cache/data'), groupResult('empty')), resultAt('postgres'))).toBe(
      `{"cache":{"data":${leaf},"empty":{}},"postgres":${leaf}}\n`,
    );
  });

  it('has the order of the document, even for names that look like numbers', () => {
    expect(render(resultAt('10'), resultAt('b'), resultAt('2'), resultAt('a'))).toBe(
      `{"10":${leaf},"b":${leaf},"2":${leaf},"a":${leaf}}\n`,
    );
  });

  it('has every name, however hostile', () => {
    const text = render(...HOSTILE_NAMES.map((name) => resultAt([name])));
    expect(Object.keys(JSON.parse(text) as object).sort()).toEqual([...HOSTILE_NAMES].sort());
    expect(text).toContain('"__proto__":{"status"');
    expect(text.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  it('escapes half of a surrogate pair', () => {
    expect(render(resultAt(['\ud800']))).toBe(`{"\\ud800":${leaf}}\n`);
  });
});

describe('the json format', () => {
  it.each([
    ['working', 200],
    ['degraded', 200],
    ['failing', 418],
    ['single leaf', 418],
  ])('answers the report "%s" with the status %d', (name, status) => {
    const report = reports[name];
    expect(
      report &&
        json.status(viewOf(report, { namespace: { name: 'prod', failingStatus: 418, maxAgeMs: 0, roles: {} } })),
    ).toBe(status);
  });
});
