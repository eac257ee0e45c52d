/** A proxy to the AWS emulator that records requests and answers, and can be told to answer by itself. */
import { createServer, request as requestHttp } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { close, listen } from '../../lib/http/server.ts';
import type { FixedAnswer } from './fixed-answer.ts';

export interface RecordedCall {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Body of the answer, empty where the proxy answered by itself. */
  readonly answer: string;
}

/** What happens to a call instead of the emulator's answer. Only `lose the answer` forwards it. */
export type Instead = FixedAnswer | 'hang up' | 'never answer' | 'lose the answer';

export interface AwsProxy {
  readonly url: string;
  readonly port: number;
  /** In the order of their answers. */
  readonly calls: readonly RecordedCall[];
  /**
   * By the header `X-Amz-Target` (`AWSEvents.PutEvents`), by the method for S3, which has no such header, or for `all`
   * calls. All other calls are forwarded.
   */
  instead: Readonly<Record<string, Instead>>;
  stop(): Promise<void>;
}

/** @param endpoint URL of the emulator. */
export async function awsProxy(endpoint: string): Promise<AwsProxy> {
  const calls: RecordedCall[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers, socket } = request;
    const handle = async () => {
      const body = await buffer(request);
      const call = { method, path, headers, body: body.toString() };
      const instead = proxy.instead[String(headers['x-amz-target'] ?? method)] ?? proxy.instead.all;
      if (instead === undefined) {
        const answer = await answerOf(endpoint, call, body);
        const bytes = await buffer(answer);
        calls.push({ ...call, answer: bytes.toString() });
        response.writeHead(answer.statusCode ?? 502, answer.headers).end(bytes);
        return;
      }
      calls.push({ ...call, answer: '' });
      if (instead === 'lose the answer') await buffer(await answerOf(endpoint, call, body));
      if (instead === 'hang up' || instead === 'lose the answer') socket.destroy();
      else if (instead !== 'never answer') response.writeHead(instead.status, instead.headers).end(instead.body);
    };
    handle().catch(() => response.destroy());
  });
  const url = await listen(server, '127.0.0.1', 0);
  const proxy: AwsProxy = {
    url,
    port: Number(new URL(url).port),
    calls,
    instead: {},
    async stop() {
      server.closeAllConnections();
      await close(server);
    },
  };
  return proxy;
}

/** Forwards a call. The header `host` stays unchanged, since it is part of what was signed. */
function answerOf(
  endpoint: string,
  { method, path, headers }: Pick<RecordedCall, 'method' | 'path' | 'headers'>,
  body: Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    requestHttp(new URL(path, endpoint), { method, headers, agent: false }, resolve).once('error', reject).end(body);
  });
}

/** An answer in the format of AWS: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function awsAnswer(body: object, status = 200): FixedAnswer {
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/x-amz-json-1.1' } };
}

/** An error of AWS, with a message that must not be shown. */
export function awsFailure(type: string, status = 400): FixedAnswer {
  return awsAnswer({ __type: type, Message: 'arn:aws:iam::123456789012:user/secret' }, status);
}
