/** What the handler of a Lambda function makes of an event, for apps that only look. */
import { createHandler } from '../../lib/http/lambda.ts';
import type { Request } from '../../lib/http/messages.ts';
import { collectedLog } from './collected-log.ts';

export const context = { getRemainingTimeInMillis: () => 12_345 };

/** The request that the app receives for the event. */
export async function requestOf(event: unknown) {
  const asked: Request[] = [];
  const app = (request: Request) => {
    asked.push(request);
    return Promise.resolve({ status: 200, headers: {}, body: '' });
  };
  await createHandler(app, collectedLog().log)(event, context);
  const [request] = asked;
  return request && { ...request, query: request.query.toString() };
}

/** An app for events that never reach it. */
export function appThatIsNotAsked() {
  const app = () => Promise.reject(new Error('the app was asked'));
  return { app, ...collectedLog() };
}
