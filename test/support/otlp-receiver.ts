/**
 * Stands in for a collector of OpenTelemetry: takes traces by OTLP over HTTP as JSON, and keeps their spans.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { close, listen } from '../../lib/http/server.ts';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface Traces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

export interface OtlpReceiver {
  readonly url: string;
  /** The spans so far, in the order in which they came. */
  readonly spans: readonly ReceivedSpan[];
  /** The attributes of those who sent them. */
  readonly resources: readonly Readonly<Record<string, string | undefined>>[];
  stop(): Promise<void>;
}

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const resources: Readonly<Record<string, string | undefined>>[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.method !== 'POST' || request.url !== '/v1/traces') return response.writeHead(404).end();
      for (const { resource, scopeSpans } of (body as Traces).resourceSpans) {
        resources.push(attributesOf(resource));
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const url = await listen(server, '127.0.0.1', 0);
  return {
    url,
    spans,
    resources,
    async stop() {
      server.closeAllConnections();
      await close(server);
    },
  };
}

/** What a span or a resource says of itself. */
export function attributesOf(of: {
  readonly attributes: readonly Attribute[];
}): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(of.attributes.map(({ key, value }) => [key, value.stringValue]));
}
