/** A real collector of OpenTelemetry that takes traces by OTLP over HTTP, from those who know its token. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { otelCollector } from '../stack/builds/otel-collector.ts';
import { acceptsTcp, freePort, startProcess } from '../stack/process.ts';
import { temporaryFolder } from './temporary.ts';

export interface Collector {
  /** The value of OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** Everything that it took so far, as it wrote it: lines of JSON. */
  text(): Promise<string>;
  /** The spans so far from the sender whose resource has this attribute. */
  spansOf(key: string, value: string): Promise<readonly CollectedSpan[]>;
  stop(): Promise<void>;
}

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Missing, or empty, in the root of a trace. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Attribute[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Traces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes?: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[];
  }[];
}

export async function startCollector(token: string): Promise<Collector> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const file = join(folder.path, 'traces.jsonl');
  const config = join(folder.path, 'config.yaml');
  const http = { endpoint: `127.0.0.1:${String(port)}`, auth: { authenticator: 'bearertokenauth' } };
  await writeFile(
    config,
    stringify({
      extensions: { bearertokenauth: { token } },
      receivers: { otlp: { protocols: { http } } },
      exporters: { file: { path: file, flush_interval: '10ms' } },
      service: {
        extensions: ['bearertokenauth'],
        pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
        // Its own metrics would need another port.
        telemetry: { metrics: { level: 'none' } },
      },
    }),
  );
  const collector = await startProcess({
    name: 'otel-collector',
    command: join(otelCollector.folder, 'otel-collector'),
    args: ['--config', config],
    folder: folder.path,
    ready: () => acceptsTcp(port),
  });
  const text = () => readFile(file, 'utf8');
  return {
    url: `http://127.0.0.1:${String(port)}`,
    text,
    async spansOf(key, value) {
      // The last line may not be written to its end yet.
      const lines = (await text()).split('\n').slice(0, -1);
      return lines
        .flatMap((line) => (JSON.parse(line) as Traces).resourceSpans)
        .filter(({ resource }) => attributesOf(resource)[key] === value)
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    },
    async stop() {
      await collector.stop();
      await folder.remove();
    },
  };
}

/** A span with those below it, in the order in which they began. */
export interface SpanTree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: CollectedSpan['status'];
  readonly children: readonly SpanTree[];
}

/** The trees that the spans form: one for each span whose parent is not among them. */
export function treesOf(spans: readonly CollectedSpan[]): SpanTree[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const treeOf = (span: CollectedSpan): SpanTree => ({
    name: span.name,
    attributes: attributesOf(span),
    status: span.status,
    children: spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).map(treeOf),
  });
  return spans.filter(({ parentSpanId = '' }) => !ids.has(parentSpanId)).map(treeOf);
}

function attributesOf({ attributes = [] }: { readonly attributes?: readonly Attribute[] }): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
