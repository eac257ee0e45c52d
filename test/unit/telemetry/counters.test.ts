import { expect, test, vi } from 'vitest';
import { openCounters } from '../../../lib/telemetry/counters.ts';

test('each thing that is counted is a metric of its function, in a line of its own', () => {
  let text = '';
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    text += String(line);
    return true;
  });
  const count = openCounters('healthgate-prod-notify');
  count('DeadLetters');
  count('DeadLetters');
  count('LostSlots');
  output.mockRestore();
  const written = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(written).toMatchObject([{ DeadLetters: 1 }, { DeadLetters: 1 }, { LostSlots: 1 }]);
  for (const line of written) {
    expect(line.FunctionName).toBe('healthgate-prod-notify');
    expect(line._aws).toMatchObject({
      CloudWatchMetrics: [{ Namespace: 'Healthgate', Dimensions: [['FunctionName']] }],
    });
  }
});
