import { expect, it } from 'vitest';
import { formats } from '../../../lib/formats/index.ts';
import { summaryOf } from '../../../lib/formats/summary.ts';
import { groupResult, reportOf, resultAt, viewOf } from '../../support/reports.ts';

const SECRET = 'needle';

const telling = {
  ...reportOf(
    groupResult(
      '',
      resultAt('cache/data', {
        target: `redis ${SECRET}:6379`,
        error: { code: 'ConnectionError', message: `connection refused by ${SECRET}` },
        causes: [{ address: `${SECRET}:6379`, others: 2 }],
        runbook: `https://${SECRET}.example/`,
        description: `It holds ${SECRET}.`,
        stages: [{ name: SECRET, startMs: 0, durationMs: 1 }],
        observed: [{ name: SECRET, label: SECRET, unit: SECRET, value: SECRET }],
      }),
      resultAt('queue', { error: { code: 'TimeoutError', message: SECRET }, causes: [{ path: SECRET }] }),
    ),
  ),
  observerCutOff: true,
};

it.each(formats)('shows no message, target, runbook, description, figure or stage in $name', async (entry) => {
  const format = await entry.load();
  const text = format.render(viewOf(summaryOf(telling), { summary: true }));
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain('cut off');
});

it('leaves the class of an error and the times', async () => {
  const format = await formats[0].load();
  expect(format.render(viewOf(summaryOf(telling)))).toBe(
    '{"data":{"status":"ConnectionError","response_time":"0.012"},' +
      '"queue":{"status":"TimeoutError","response_time":"0.012"}}\n',
  );
});
