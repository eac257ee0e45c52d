/** `/api/health/<token>/<name>/…`: the report of a namespace, or of a part of it. */
import type { Request, Response } from '../messages.ts';
import { negotiate } from '../negotiate.ts';
import { patienceIn } from '../patience.ts';
import { answerReport, patienceOf } from '../report.ts';
import { notAllowed, notFound } from '../responses.ts';
import { parseTokenPath } from '../token-path.ts';
import type { TokenPath } from '../token-path.ts';
import type { Route, Services } from './route.ts';

export const health: Route = (request, services) => {
  const asked = parseTokenPath(request);
  return asked && answer(request, asked, services);
};

/** The order of the refusals is part of the contract: none of them reveals anything about the token. */
async function answer(request: Request, { token, part }: TokenPath, services: Services): Promise<Response> {
  const patience = patienceOf(request);
  const { method, query, headers } = request;
  const format = negotiate(query, headers.accept, services.history === undefined ? [] : ['history']);
  const withinMs = patienceIn(query);
  if (format === undefined || withinMs === undefined) return notFound();
  if (method !== 'GET' && method !== 'HEAD') return notAllowed(method);
  if (token === undefined) return notFound();
  const opened = await patience.spend('the vault', () => services.vault.find(token));
  if (opened === undefined) return notAllowed(method);
  return answerReport(request, { ...opened, part, format, patience, withinMs }, services);
}
