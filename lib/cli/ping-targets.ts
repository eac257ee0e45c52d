/** Which target the arguments of `healthgate ping` mean. */
import { grpc } from '../checks/systems/grpc.ts';
import { jina } from '../checks/systems/jina.ts';
import { websocket } from '../checks/web/websocket.ts';
import { UsageError } from './command.ts';
import { checkTarget } from './ping-check.ts';
import { httpTarget } from './ping-http.ts';
import type { PingTarget } from './ping-target.ts';

/** What Jina's own `jina ping` can ask. */
const ROLES = ['flow', 'gateway', 'executor'];

type Make = (url: string, token: string | undefined) => PingTarget;

const http: Make = (url, token) => httpTarget(url, token);
const byWebsocket: Make = (url, token) =>
  checkTarget(websocket, { url, headers: authorization('Authorization', token) });
const byGrpc: Make = (url, token) => checkTarget(grpc, { url, metadata: authorization('authorization', token) });

/** By scheme. */
const MAKERS: Readonly<Record<string, Make>> = {
  'http:': http,
  'https:': http,
  'ws:': byWebsocket,
  'wss:': byWebsocket,
  'grpc:': byGrpc,
  'grpcs:': byGrpc,
};

export interface Meant {
  readonly url: string;
  /** Before the URL in the first line of the output: `flow `, or nothing. */
  readonly role: string;
  readonly target: PingTarget;
}

/** @throws UsageError that does not quote the URL: it may contain a secret. */
export function targetOf(positionals: readonly string[], token: string | undefined): Meant {
  const [first = '', ...rest] = positionals;
  const role = ROLES.find((role) => role === first);
  const [url, ...more] = role === undefined ? positionals : rest;
  if (url === undefined) throw new UsageError('which URL?');
  if (more.length > 0) throw new UsageError('expected one URL, after flow, gateway or executor if it is part of Jina');
  // Jina's own command also takes an address without a scheme.
  const href = role !== undefined && !url.includes('://') ? `grpc://${url}` : url;
  const make = URL.canParse(href) ? MAKERS[new URL(href).protocol] : undefined;
  if (make === undefined || !href.includes('://'))
    throw new UsageError('expected a URL that begins with http://, https://, ws://, wss://, grpc:// or grpcs://');
  const normal = new URL(href).href;
  if (role === undefined) return { url: normal, role: '', target: make(normal, token) };
  return { url: normal, role: `${role} `, target: checkTarget(jina, { url: normal, role }) };
}

function authorization(name: string, token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { [name]: `Bearer ${token}` };
}
