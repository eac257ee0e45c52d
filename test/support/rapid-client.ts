/**
 * Transport of the Lambda runtime interface client. It replaces the client's own, which is C++ that needs cmake and a
 * minute and a half to build. It is written into that client as a CommonJS module:
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API ?? ''}/2018-06-01/runtime/invocation`;

/** The last answer posted. The client asks for the next invocation only after it has arrived. */
let posted: Promise<unknown> = Promise.resolve();

interface Invocation {
  readonly bodyJson: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

function call(method: 'GET' | 'POST', path: string, body?: string, headers = {}): Promise<Invocation> {
  return new Promise((resolve, reject) => {
    const sent = request(`${base}/${path}`, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export async function next(): Promise<Invocation> {
  await posted;
  return call('GET', 'next');
}

export function done(id: string, body: string): void {
  posted = call('POST', `${id}/response`, body);
}

export function error(id: string, body: string): void {
  const { errorType } = JSON.parse(body) as { errorType: string };
  posted = call('POST', `${id}/error`, body, { 'lambda-runtime-function-error-type': errorType });
}
