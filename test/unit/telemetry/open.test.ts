import { expect, it } from 'vitest';
import { telemetryIn } from '../../../lib/compose.ts';
import type { Report } from '../../../lib/engine/types.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { reports } from '../../support/reports.ts';

it.each([{}, { HEALTHGATE_METRICS: '' }, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }])(
  'telemetry is off in the environment %j',
  async (env) => {
    expect(await telemetryIn(env, collectedLog().log)).toBeUndefined();
  },
);

it('a run that cannot be recorded is told in the log, and harms nobody', async () => {
  const { log, lines } = collectedLog();
  const telemetry = await telemetryIn({ HEALTHGATE_METRICS: 'namespace' }, log);
  const broken = { ...reports.working, namespace: undefined, result: undefined } as unknown as Report;
  telemetry?.record(broken, []);
  expect(lines).toEqual([expect.stringContaining('"a run could not be recorded"')]);
  await expect(telemetry?.flush()).resolves.toBeUndefined();
});
