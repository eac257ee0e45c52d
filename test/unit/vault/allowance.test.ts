import { expect, test } from 'vitest';
import { Allowance } from '../../../lib/vault/allowance.ts';

test('so many are allowed at once, so many a minute later, and no fewer because the clock was set back', () => {
  let now = 10_000_000;
  const allowance = new Allowance(3, () => now);
  const taken = () => Array.from({ length: 4 }, () => allowance.take()).filter(Boolean).length;
  expect(taken()).toBe(3);
  now += 60_000;
  expect(taken()).toBe(3);
  now -= 3_600_000;
  expect(taken()).toBe(0);
  now += 60_000;
  expect(taken()).toBe(3);
});
