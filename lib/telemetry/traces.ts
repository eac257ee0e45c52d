/**
 * Traces by OpenTelemetry: one for each run, with a span for each check and each stage, sent by OTLP over HTTP. The SDK
 * reads the variables OTEL_* itself.
 */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { within } from '../engine/deadline.ts';
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { CheckResult, Report } from '../engine/types.ts';
import { oneLine } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Telemetry } from './telemetry.ts';

const SERVICE = 'healthgate';

/** Milliseconds that an answer may wait until its trace is sent. Less than an answer of the function has in reserve. */
const FLUSH_MS = 300;
/** Milliseconds after which a trace that cannot be sent is given up. */
const EXPORT_MS = 10_000;
/** Spans that may wait to be sent: enough for a run with as many checks as there may be. Those beyond are dropped. */
const MAX_WAITING = 16_384;
const MAX_IN_ONE_REQUEST = 2048;
/** Milliseconds between two lines of the log that say that traces cannot be sent. */
const COMPLAIN_EVERY_MS = 60_000;

export function openTraces(env: Readonly<Record<string, string | undefined>>, log: Log): Telemetry {
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(),
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: MAX_IN_ONE_REQUEST,
    exportTimeoutMillis: EXPORT_MS,
  });
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': env.AWS_LAMBDA_FUNCTION_NAME ?? SERVICE }))
    .merge(detectResources({ detectors: [envDetector] }));
  const tracer = new TracerProvider({ resource, spanProcessors: [processor] }).getTracer(SERVICE);

  let complainedAt = -Infinity;
  const complain = (error: unknown) => {
    if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
    complainedAt = performance.now();
    // The error may hold the whole answer of the collector.
    log.warn('traces cannot be sent', { error: error instanceof Error ? oneLine(error.message) : 'unknown' });
  };
  const sending = new Set<Promise<void>>();
  return {
    record(report, part) {
      recordRun(tracer, report, part);
      const sent: Promise<void> = processor
        .forceFlush()
        .catch(complain)
        .finally(() => sending.delete(sent));
      sending.add(sent);
    },
    async flush() {
      // What is late is sent on, by a function when it is next called.
      await within({ limitMs: FLUSH_MS, from: 'the collector' }, () => Promise.all(sending)).catch(() => undefined);
    },
  };
}

function recordRun(tracer: Tracer, report: Report, part: readonly string[]): void {
  const { namespace, verdict, startedAt, durationMs, result } = report;
  const attributes = { 'healthgate.namespace': namespace, 'healthgate.part': pathKey(part) };
  const run = tracer.startSpan('run', { startTime: startedAt, attributes: { ...attributes, ...verdictOf(verdict) } });
  if (verdict === 'failing') run.setStatus({ code: SpanStatusCode.ERROR });
  const context = trace.setSpan(ROOT_CONTEXT, run);
  for (const one of resultsOf(result)) recordCheck(tracer, context, one, startedAt);
  run.end(startedAt + durationMs);
}

function recordCheck(tracer: Tracer, run: Context, result: CheckResult, startedAt: number): void {
  const start = startedAt + result.startMs;
  const end = start + result.durationMs;
  const attributes = { 'healthgate.kind': result.kind, 'healthgate.target': result.target };
  const span = tracer.startSpan(
    pathKey(result.path),
    { startTime: start, attributes: { ...attributes, ...verdictOf(result.verdict) } },
    run,
  );
  recordError(span, result);
  const check = trace.setSpan(run, span);
  for (const { name, startMs, durationMs } of result.stages)
    tracer.startSpan(name, { startTime: start + startMs }, check).end(Math.min(end, start + startMs + durationMs));
  span.end(end);
}

function recordError(span: Span, { error }: CheckResult): void {
  if (error === undefined) return;
  span.setAttribute('error.type', error.code);
  if (error.degraded !== true) span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}

function verdictOf(verdict: string): Attributes {
  return { 'healthgate.verdict': verdict };
}
