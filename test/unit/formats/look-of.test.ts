import { describe, expect, test } from 'vitest';
import { lookOf } from '../../../lib/formats/look-of.ts';
import { LOOKS } from '../../../lib/formats/looks.ts';

const HOUR = 3_600_000;
const NOTHING = { up: 0, degraded: 0, down: 0, maintenance: 0 };

describe('how a span of time looks', () => {
  test.each([
    ['up', { up: HOUR }],
    ['no data', {}],
    ['down for a while', { up: 7 * HOUR, down: 20_000 }],
    ['down for a while', { up: HOUR, down: HOUR }],
    ['down', { up: HOUR, down: 4 * HOUR }],
    ['down', { down: 20_000 }],
    ['degraded for a while', { up: 7 * HOUR, degraded: 20_000 }],
    ['degraded', { up: 4 * HOUR, degraded: HOUR }],
    ['down for a while', { degraded: 7 * HOUR, down: 20_000 }],
    ['up', { up: 7 * HOUR, maintenance: 8000 }],
    ['maintenance', { up: 4 * HOUR, maintenance: HOUR }],
    ['maintenance', { maintenance: 8000 }],
  ])('is %s for %j', (expected, ms) => {
    expect(LOOKS[lookOf({ ...NOTHING, ...ms })]).toBe(expected);
  });
});
