/**
 * Translates Lambda events to requests, and answers back: for HTTP API and function URL (2.0), REST API (1.0) and load
 * balancer. What is rarer is in `rare-events.ts`, which is loaded when it is needed.
 *
 * All pass the path on as it was sent, except the HTTP API: it decodes the path, and then cuts it at a `?`
 * (https://github.com/fastify/aws-lambda-fastify/issues/169). There, a slash within a name must be encoded twice
 * (`%252F`), and a token that contains a `/`, `%` or `?` must be sent in the header.
 */
import type { Log } from '../log.ts';
import type { App } from './app.ts';
import { headersOf, pairsOf, recordOf, textOf } from './event-fields.ts';
import type { Fields } from './event-fields.ts';
import type { Request, Response } from './messages.ts';
import { unforeseen } from './responses.ts';

/** What a Lambda function returns to API Gateway, a function URL or a load balancer. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** For a load balancer with multi-value headers enabled, which then ignores `headers`. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** Answers any event in any context. Never rejects: a scheduler would otherwise send the same event again. */
export type Handler = (event: unknown, context: unknown) => Promise<Answer>;

/** @param settle Called after each answer is made. The answer waits for it, since Lambda then stops the process. */
export function createHandler(app: App, log: Log, settle?: () => Promise<void>): Handler {
  return async (event, context) => {
    try {
      const request = requestOf(event) ?? (await import('./rare-events.ts')).rareRequestOf(event);
      if (request !== undefined) {
        const isMultiValue = wantsMultiValue(event);
        const response = await app({ ...request, remainingMs: remainingMsOf(context) });
        await settle?.();
        return answerOf(response, isMultiValue);
      }
      const { describe } = await import('./rare-events.ts');
      log.error('an event of no known shape is answered 500', { event: describe(event) });
    } catch (error) {
      log.error('an event cannot be read, so it is answered 500', { error });
    }
    return answerOf(unforeseen(), false);
  };
}

function answerOf({ status, headers, body }: Response, isMultiValue: boolean): Answer {
  const multiple = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
  return {
    statusCode: status,
    headers,
    ...(isMultiValue && { multiValueHeaders: Object.fromEntries(multiple) }),
    body,
    isBase64Encoded: false,
  };
}

/** Whoever calls the function by hand may pass anything as its context. */
function remainingMsOf(context: unknown): number | undefined {
  try {
    const { getRemainingTimeInMillis } = recordOf(context);
    const ms: unknown =
      typeof getRemainingTimeInMillis === 'function' ? getRemainingTimeInMillis.call(context) : undefined;
    return Number.isFinite(ms) ? Number(ms) : undefined;
  } catch {
    return undefined;
  }
}

function requestOf(event: unknown): Request | undefined {
  const fields = recordOf(event);
  const { version, rawPath, path, httpMethod, requestContext } = fields;
  const isV2 = version === '2.0';
  if (isV2 && (typeof rawPath === 'string' || recordOf(requestContext).http !== undefined)) return fromV2(fields);
  const isV1 = typeof path === 'string' || typeof httpMethod === 'string' || isLoadBalancer(fields);
  return isV1 && !isV2 ? fromV1(fields) : undefined;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function fromV2({ rawPath, rawQueryString, headers, requestContext }: Fields): Request {
  const { domainName, http } = recordOf(requestContext);
  const path = textOf(rawPath, '/');
  const isFunctionUrl = textOf(domainName, '').includes('.lambda-url.');
  return {
    method: textOf(recordOf(http).method, 'GET'),
    path: isFunctionUrl ? path : pathOfHttpApi(path, requestContext),
    query: new URLSearchParams(textOf(rawQueryString, '')),
    headers: headersOf(headers),
  };
}

/** HTTP API 1.0; without a version, REST API and Application Load Balancer. */
function fromV1(event: Fields): Request {
  const path = textOf(event.path, '/');
  return {
    method: textOf(event.httpMethod, 'GET'),
    path: event.version === '1.0' ? pathOfHttpApi(path, event.requestContext) : path,
    query: queryOf(event),
    headers: { ...headersOf(event.headers), ...headersOf(event.multiValueHeaders) },
  };
}

/** A load balancer passes the query on as it was sent, still percent-encoded; API Gateway decodes it. */
function queryOf(event: Fields): URLSearchParams {
  const multi = pairsOf(event.multiValueQueryStringParameters);
  const pairs = multi.length > 0 ? multi : pairsOf(event.queryStringParameters);
  if (!isLoadBalancer(event)) return new URLSearchParams(pairs);
  return new URLSearchParams(pairs.map((pair) => pair.join('=')).join('&'));
}

function isLoadBalancer({ requestContext }: Fields): boolean {
  return recordOf(requestContext).elb !== undefined;
}

function wantsMultiValue(event: unknown): boolean {
  const fields = recordOf(event);
  return fields.version !== '2.0' && isLoadBalancer(fields) && Boolean(fields.multiValueHeaders);
}

/** The path begins with the stage, unless a custom domain leads to it. */
function pathOfHttpApi(path: string, requestContext: unknown): string {
  const { stage, domainName } = recordOf(requestContext);
  const domain = textOf(domainName, '');
  const isOwnDomain = domain !== '' && !domain.includes('.execute-api.');
  const prefix = `/${textOf(stage, '')}/`;
  const rest = prefix !== '//' && !isOwnDomain && path.startsWith(prefix) ? path.slice(prefix.length - 1) : path;
  return rest.replace(/%(?![0-9a-f]{2})/gi, '%25'); // encodes a percent sign that was decoded
}
