/** What everybody may ask of the public namespace: its page, and what the monitors of other systems ask for. */
import { formats } from '../../formats/index.ts';
import type { Request, Response } from '../messages.ts';
import { answerReport, patienceOf } from '../report.ts';
import { COMMON, notAllowed, notFound } from '../responses.ts';
import type { Services } from './route.ts';

export interface PublicPath {
  /** With a slash at its end, which is optional. */
  readonly path: string;
  /** The format of the report; without one, the answer only tells that the service is there. */
  readonly format?: string;
  /** For the OpenAPI document. */
  readonly id: string;
  readonly summary: string;
  /** The parameters of its query, by their names in the OpenAPI document. */
  readonly parameters?: readonly string[];
}

/** One line each. Whatever the request asks for, the format is that of the path. */
export const publicPaths: readonly PublicPath[] = [
  {
    path: '/status/',
    format: 'html',
    id: 'statusPage',
    summary: 'The page of names and verdicts',
    parameters: ['status'],
  },
  { path: '/v1/system/healthz/', format: 'ragflow', id: 'ragflowHealth', summary: 'What RAGFlow answers' },
  { path: '/api/v1/system/healthz/', format: 'ragflow', id: 'ragflowHealthV1', summary: 'What RAGFlow answers' },
  {
    path: '/api/v4/system/ping/',
    format: 'mattermost',
    id: 'mattermostPing',
    summary: 'What Mattermost answers',
    parameters: ['get_server_status', 'use_rest_semantics'],
  },
  { path: '/dry_run/', format: 'jina', id: 'jinaDryRun', summary: 'What a gateway of Jina answers' },
  { path: '/', id: 'jinaGateway', summary: 'What a gateway of Jina answers while it is there: no check is run' },
];

/** The answer that tells no more than that the service is there. */
export const alive = (): Response => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...COMMON },
  body: '{}',
});

/** @returns Undefined for any other path. */
export async function answerPublic(
  request: Request,
  services: Services & { readonly name: string },
): Promise<Response | undefined> {
  const patience = patienceOf(request);
  const found = publicPaths.find(({ path }) => request.path === path || `${request.path}/` === path);
  if (found === undefined) return undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed(request.method);
  const namespace = await patience.spend('the vault', () => services.vault.namespace(services.name));
  if (namespace === undefined || namespace.disabled) return notFound();
  if (found.format === undefined) return alive();
  const format = formats.find(({ name }) => name === found.format);
  if (format === undefined) throw new Error(`a path of the public namespace has the unknown format ${found.format}`);
  return answerReport(request, { namespace, summary: true, part: [], format, patience, withinMs: Infinity }, services);
}
