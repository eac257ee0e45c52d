import { describe, expect, it } from 'vitest';
import { masked } from '../../../lib/engine/masked.ts';
import { hideAll } from '../../../lib/hide.ts';
import type { CheckResult } from '../../../lib/engine/types.ts';

const VALUE = 'a-value-of-a-secret';

const result: CheckResult = {
  name: 'db',
  path: ['db'],
  kind: 'postgres',
  target: `postgres ${VALUE}:5432`,
  verdict: 'failing',
  critical: true,
  startMs: 0,
  durationMs: 12,
  stages: [],
  observed: [
    { name: 'said', label: 'said', unit: '', value: `${VALUE}!` },
    { name: 'workers', label: 'workers', unit: '', value: [`one@${VALUE}`, 'two'] },
    { name: 'depth', label: 'depth', unit: 'messages', value: 7 },
    { name: 'rate', label: 'rate', unit: 'messages', value: [{ at: 1, value: 2 }] },
  ],
  error: { code: 'ConnectionError', message: `connection refused by postgres ${VALUE}:5432` },
  causes: [{ address: `${VALUE}:5432`, others: 2 }, { path: 'network' }],
  description: `on ${VALUE}`,
  runbook: `https://wiki.example/${VALUE}`,
};

describe('a masked result', () => {
  it('has the value in none of its texts', () => {
    expect(JSON.stringify(result).split(VALUE)).toHaveLength(8);
    expect(masked(result, hideAll([VALUE]))).toEqual(JSON.parse(JSON.stringify(result).replaceAll(VALUE, '***')));
  });

  it('hides a value before another one that is part of it', () => {
    expect(masked(result, hideAll(['value', VALUE])).target).toBe('postgres ***:5432');
  });

  it('keeps the name of its kind, and values too short to be secrets', () => {
    expect(masked(result, hideAll(['postgres', '543', 'db']))).toEqual(result);
  });

  it('is the same without values', () => {
    expect(masked(result, hideAll([]))).toEqual(result);
  });
});
