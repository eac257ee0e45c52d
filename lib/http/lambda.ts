/**
 * Lambda events to requests, and answers back: HTTP API and function URL (2.0), REST API (1.0) and load balancer.
 *
 * All hand the path over as it was sent, except the HTTP API, which decodes it, and then cuts it at the first `?`
 * (https://github.com/fastify/aws-lambda-fastify/issues/169). So there, a slash within a name must be encoded twice
 * (`%252F`), and a token that contains `/`, `%` or `?` must be sent in the header.
 */
import type { App } from './app.ts';
import type { Request } from './messages.ts';

type Values = Readonly<Record<string, string | undefined>> | null;
type MultiValues = Readonly<Record<string, readonly string[] | null | undefined>> | null;

/** HTTP API 2.0, and function URL. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
interface EventV2 {
  readonly version: '2.0';
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly headers?: Values;
  readonly requestContext?: {
    readonly stage?: string;
    readonly domainName?: string;
    readonly http?: { readonly method?: string };
  };
}

/** HTTP API 1.0; without a version, REST API and Application Load Balancer. */
interface EventV1 {
  readonly version?: '1.0';
  readonly httpMethod?: string;
  readonly path?: string;
  readonly headers?: Values;
  readonly multiValueHeaders?: MultiValues;
  readonly queryStringParameters?: Values;
  readonly multiValueQueryStringParameters?: MultiValues;
  readonly requestContext?: { readonly stage?: string; readonly domainName?: string; readonly elb?: unknown };
}

export type Event = EventV2 | EventV1;

/** What a Lambda function returns to API Gateway and its like. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** For a load balancer that sends several values of a header, and then looks for nothing else in the answer. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** An event that is no request, such as one of a schedule, is answered like a request for an unknown path. */
export async function adapt(
  app: App,
  event: Event | null,
  context: { getRemainingTimeInMillis(): number },
): Promise<Answer> {
  const request = event?.version === '2.0' ? fromV2(event) : fromV1(event ?? {});
  const { status, headers, body } = await app({ ...request, remainingMs: context.getRemainingTimeInMillis() });
  return { statusCode: status, headers, ...multiValue(event, headers), body, isBase64Encoded: false };
}

function multiValue(event: Event | null, headers: Answer['headers']): Pick<Answer, 'multiValueHeaders'> {
  if (event === null || event.version === '2.0' || !isLoadBalancer(event) || !event.multiValueHeaders) return {};
  return { multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])) };
}

function isLoadBalancer({ requestContext }: EventV1): boolean {
  return requestContext?.elb !== undefined;
}

function fromV2({ rawPath = '/', rawQueryString = '', headers, requestContext }: EventV2): Request {
  const isFunctionUrl = requestContext?.domainName?.includes('.lambda-url.') === true;
  return {
    method: requestContext?.http?.method ?? 'GET',
    path: isFunctionUrl ? rawPath : pathOfHttpApi(rawPath, requestContext),
    query: new URLSearchParams(rawQueryString),
    headers: lowerCase(headers ?? {}),
  };
}

function fromV1(event: EventV1): Request {
  const multi = Object.entries(event.multiValueHeaders ?? {}).map(([name, values]) => [name, values?.join(', ')]);
  const { path = '/' } = event;
  return {
    method: event.httpMethod ?? 'GET',
    path: event.version === '1.0' ? pathOfHttpApi(path, event.requestContext) : path,
    query: queryOf(event),
    headers: lowerCase({ ...event.headers, ...(Object.fromEntries(multi) as Values) }),
  };
}

type Pair = [name: string, value: string];

/** A load balancer hands the query over as it was sent, still percent-encoded; API Gateway decodes it. */
function queryOf(event: EventV1): URLSearchParams {
  const { queryStringParameters, multiValueQueryStringParameters } = event;
  const single = Object.entries(queryStringParameters ?? {}).map(([name, value]): Pair => [name, value ?? '']);
  const multi = Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
    (values ?? []).map((value): Pair => [name, value]),
  );
  const pairs = multi.length > 0 ? multi : single;
  if (!isLoadBalancer(event)) return new URLSearchParams(pairs);
  return new URLSearchParams(pairs.map((pair) => pair.join('=')).join('&'));
}

/** A stage stands before the path, but not where a domain of one's own leads to it. */
function pathOfHttpApi(path: string, { stage = '', domainName = '' }: EventV1['requestContext'] = {}): string {
  const isOwnDomain = domainName !== '' && !domainName.includes('.execute-api.');
  const prefix = `/${stage}/`;
  const rest = stage !== '' && !isOwnDomain && path.startsWith(prefix) ? path.slice(prefix.length - 1) : path;
  return rest.replace(/%(?![0-9a-f]{2})/gi, '%25'); // a percent sign that was decoded
}

function lowerCase(headers: NonNullable<Values>): Request['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
