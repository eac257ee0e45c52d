/** Opens what the environment asks for. Loaded only where it asks for something. */
import type { Log } from '../log.ts';
import type { Telemetry } from './telemetry.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError that names the variable with the mistake. */
export async function openTelemetry(env: Environment, log: Log): Promise<Telemetry> {
  const { HEALTHGATE_METRICS: metrics } = env;
  const opened = await Promise.all([
    ...(metrics ? [import('./metrics.ts').then(({ openMetrics }) => openMetrics(metrics))] : []),
    ...(wantsTraces(env) ? [import('./traces.ts').then(({ openTraces }) => openTraces(env, log))] : []),
  ]);
  return {
    record(report, part) {
      for (const { record } of opened) {
        try {
          record(report, part);
        } catch (error) {
          log.error('a run could not be recorded', { error });
        }
      }
    },
    async flush() {
      await Promise.allSettled(opened.map(({ flush }) => flush()));
    },
  };
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
function wantsTraces(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}
