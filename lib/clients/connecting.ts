/** The stages of every connection: what a socket goes through until it can be used. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import net, { isIP, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { BeginStage } from '../engine/stages.ts';
import { limitIntake } from './intake.ts';

/**
 * Milliseconds that each address of a name has before the next one is tried, for the sockets of all drivers. Node's own
 * quarter of a second gives up a distant or busy address that works. It may be the only one. With more than the
 * timeout of a check, a name whose first address hangs would never get to its second.
 */
export const ADDRESS_TIMEOUT_MS = 1000;
setDefaultAutoSelectFamilyAttemptTimeout(ADDRESS_TIMEOUT_MS);

const STAGES = {
  resolving: ['resolving', 'while resolving the name'],
  connecting: ['connecting', 'while connecting'],
  handshake: ['TLS handshake', 'during the TLS handshake'],
  firstByte: ['first byte', 'while waiting for the first byte'],
} as const;

export interface Connecting {
  /** The server: a name that must be resolved first, an IP address, or the path of a Unix socket. */
  readonly host: string;
  /** Whether a TLS handshake follows. */
  readonly tls: boolean;
  readonly stage: BeginStage;
  /** Called when the socket can be used. */
  readonly ready?: () => void;
}

/**
 * Reports the stages of a connecting socket: resolving the name, connecting, the TLS handshake. Limits how much the
 * server may send.
 */
export function timeConnecting(socket: Socket, { host, tls: isTls, stage, ready }: Connecting): void {
  limitIntake(socket);
  const isName = isIP(host) === 0 && !host.startsWith('/');
  const [name, when] = isName ? STAGES.resolving : STAGES.connecting;
  stage(name, when);
  socket.once('lookup', () => {
    stage(...STAGES.connecting);
  });
  socket.once('connect', () => {
    if (isTls) stage(...STAGES.handshake);
    else ready?.();
  });
  if (isTls && ready !== undefined) socket.once('secureConnect', ready);
}

/** For a driver that upgrades its connection to TLS itself. The server's bytes then come from the secure socket. */
export function beginHandshake(secure: Socket, stage: BeginStage): void {
  limitIntake(secure);
  stage(...STAGES.handshake);
}

/**
 * Calls a driver's function, and finds the socket that it creates before it returns: the driver does not expose it.
 * `net.connect` and `tls.connect` are replaced only during that call, while nothing else can run.
 */
export function withSocket<T>(connect: () => T, use: (socket: Socket) => void): T {
  const originals = [net, tls].map((module) => ({ module, connect: module.connect as ConnectSocket }));
  for (const { module, connect: original } of originals) {
    const observed: ConnectSocket = (...args) => {
      const socket = original(...args);
      use(socket);
      return socket;
    };
    Object.assign(module, { connect: observed });
  }
  try {
    return connect();
  } finally {
    for (const { module, connect: original } of originals) Object.assign(module, { connect: original });
  }
}

type ConnectSocket = (...args: unknown[]) => Socket;

/**
 * What TLS says will be spoken, as browsers and curl say it. Without it, a server or load balancer that routes by
 * protocol may refuse, and one that speaks only HTTP/2 may not say so.
 */
export const HTTP_OVER_TLS = { ALPNProtocols: ['http/1.1'] };

export interface AgentOptions {
  /** Whether a connection serves several requests, one after another. */
  readonly keepAlive: boolean;
  readonly stage: BeginStage;
}

/** Those of `https:`, with what `tls.connect` takes: the certificate authority, the strictness, … */
export type TlsAgentOptions = AgentOptions & Pick<tls.ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername'>;

/** An agent for `http:` that times its first connection. Later ones may be for another check. */
export function httpAgent({ keepAlive, stage }: AgentOptions): HttpAgent {
  return timed(new HttpAgent({ keepAlive }), { tls: false, stage });
}

/** The same for `https:`. */
export function httpsAgent({ stage, ...options }: TlsAgentOptions): HttpsAgent {
  return timed(new HttpsAgent({ ...HTTP_OVER_TLS, ...options }), { tls: true, stage });
}

interface Timed extends Pick<AgentOptions, 'stage'> {
  readonly tls: boolean;
}

function timed<A extends HttpAgent>(agent: A, { tls: isTls, stage }: Timed): A {
  const create = agent.createConnection.bind(agent);
  const ready = () => {
    stage(...STAGES.firstByte);
  };
  let isFirst = true;
  agent.createConnection = (options, callback) => {
    const socket = create(options, callback);
    limitIntake(socket as Socket);
    if (isFirst) timeConnecting(socket as Socket, { host: options.host ?? '', tls: isTls, stage, ready });
    isFirst = false;
    return socket;
  };
  return agent;
}
