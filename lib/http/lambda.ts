/** Lambda events to requests, and answers back: HTTP API (2.0) and Function URL, REST API (1.0) and load balancer. */
import type { App } from './app.ts';
import type { Request } from './messages.ts';

type Values = Readonly<Record<string, string | undefined>> | null;
type MultiValues = Readonly<Record<string, readonly string[] | undefined>> | null;

/** HTTP API 2.0, and Function URL. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
interface EventV2 {
  readonly version: '2.0';
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly headers?: Values;
  readonly requestContext?: { readonly stage?: string; readonly http?: { readonly method?: string } };
}

/** REST API and HTTP API 1.0, and Application Load Balancer, which has no version. */
interface EventV1 {
  readonly version?: '1.0';
  readonly httpMethod?: string;
  readonly path?: string;
  readonly headers?: Values;
  readonly multiValueHeaders?: MultiValues;
  readonly queryStringParameters?: Values;
  readonly multiValueQueryStringParameters?: MultiValues;
  readonly requestContext?: { readonly stage?: string; readonly elb?: unknown };
}

export type Event = EventV2 | EventV1;

/** What a Lambda function returns to API Gateway. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

export async function adapt(app: App, event: Event, context: { getRemainingTimeInMillis(): number }): Promise<Answer> {
  const request = event.version === '2.0' ? fromV2(event) : fromV1(event);
  const { status, headers, body } = await app({ ...request, remainingMs: context.getRemainingTimeInMillis() });
  return { statusCode: status, headers, body, isBase64Encoded: false };
}

function fromV2({ rawPath = '/', rawQueryString = '', headers, requestContext }: EventV2): Request {
  return {
    method: requestContext?.http?.method ?? 'GET',
    path: withoutStage(rawPath, requestContext?.stage),
    query: new URLSearchParams(rawQueryString),
    headers: lowerCase(headers ?? {}),
  };
}

function fromV1(event: EventV1): Request {
  const multi = Object.entries(event.multiValueHeaders ?? {}).map(([name, values]) => [name, values?.join(', ')]);
  return {
    method: event.httpMethod ?? 'GET',
    path: withoutStage(event.path ?? '/', event.requestContext?.stage),
    query: queryOf(event),
    headers: lowerCase({ ...event.headers, ...(Object.fromEntries(multi) as Values) }),
  };
}

type Pair = [name: string, value: string];

/** A load balancer hands the query over as it was sent, still percent-encoded; API Gateway decodes it. */
function queryOf({ queryStringParameters, multiValueQueryStringParameters, requestContext }: EventV1): URLSearchParams {
  const single = Object.entries(queryStringParameters ?? {}).map(([name, value]): Pair => [name, value ?? '']);
  const multi = Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
    (values ?? []).map((value): Pair => [name, value]),
  );
  const pairs = multi.length > 0 ? multi : single;
  if (requestContext?.elb === undefined) return new URLSearchParams(pairs);
  return new URLSearchParams(pairs.map((pair) => pair.join('=')).join('&'));
}

function withoutStage(path: string, stage: string | undefined): string {
  const prefix = `/${stage ?? ''}/`;
  return stage !== undefined && stage !== '' && path.startsWith(prefix) ? path.slice(prefix.length - 1) : path;
}

function lowerCase(headers: NonNullable<Values>): Request['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
