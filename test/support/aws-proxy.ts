/** A road to the AWS emulator that counts what is called, and can be made to answer by itself. */
import { createServer, request as requestHttp } from 'node:http';
import { close, listen } from '../../lib/http/server.ts';
import type { FixedAnswer } from './fixed-answer.ts';

export interface AwsProxy {
  readonly url: string;
  /** What was called, in order: `GetSecretValue`. */
  readonly calls: string[];
  /** What is done with calls: handed on unless set. */
  instead: FixedAnswer | 'hang up' | 'never answer' | undefined;
  stop(): Promise<void>;
}

/** @param endpoint Where the emulator is. */
export async function awsProxy(endpoint: string): Promise<AwsProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    proxy.calls.push(String(headers['x-amz-target']).replace(/^.*\./, ''));
    const { instead } = proxy;
    if (instead === 'hang up') incoming.socket.destroy();
    else if (instead === 'never answer') incoming.resume();
    else if (instead !== undefined) outgoing.writeHead(instead.status, instead.headers).end(instead.body);
    else {
      const onward = requestHttp(new URL(url ?? '/', endpoint), { method, headers, agent: false }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    }
  });
  const proxy: AwsProxy = {
    url: await listen(server, '127.0.0.1', 0),
    calls: [],
    instead: undefined,
    async stop() {
      server.closeAllConnections();
      await close(server);
    },
  };
  return proxy;
}

/** An error as AWS answers it: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function awsFailure(type: string, status = 400): FixedAnswer {
  const body = JSON.stringify({ __type: type, Message: 'arn:aws:iam::123456789012:user/secret' });
  return { status, body, headers: { 'content-type': 'application/x-amz-json-1.1' } };
}
