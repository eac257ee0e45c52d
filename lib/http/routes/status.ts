/** `/status/`: the page of the public namespace, for everybody. */
import { formats } from '../../formats/index.ts';
import type { Request, Response } from '../messages.ts';
import { answerReport, patienceOf } from '../report.ts';
import { notAllowed, notFound } from '../responses.ts';
import type { Route, Services } from './route.ts';

export const status: Route = (request, services) => {
  return request.path === '/status' || request.path === '/status/' ? answer(request, services) : undefined;
};

/** Always HTML, whatever the request asks for. 404 where no namespace is public, so that nothing tells of the route. */
async function answer(request: Request, services: Services): Promise<Response> {
  const patience = patienceOf(request);
  const { publicNamespace = '', vault } = services;
  const format = formats.find(({ name }) => name === 'html');
  if (publicNamespace === '' || format === undefined) return notFound();
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed(request.method);
  const namespace = await patience.spend('the vault', () => vault.namespace(publicNamespace));
  if (namespace === undefined || namespace.disabled) return notFound();
  return answerReport(request, { namespace, summary: true, part: [], format, patience, withinMs: Infinity }, services);
}
