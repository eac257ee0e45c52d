import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { timeConnecting, withSocket } from '../../../lib/clients/connecting.ts';

/** The stages that a socket goes through when it emits these events. */
function stagesOf(host: string, isTls: boolean, ...events: readonly string[]): string[] {
  const socket = new net.Socket();
  const stages: string[] = [];
  timeConnecting(socket, {
    host,
    tls: isTls,
    stage: (name, when = '') => stages.push(`${name}: ${when}`),
    ready: () => stages.push('ready'),
  });
  for (const event of events) socket.emit(event);
  return stages;
}

const RESOLVING = 'resolving: while resolving the name';
const CONNECTING = 'connecting: while connecting';
const HANDSHAKE = 'TLS handshake: during the TLS handshake';

describe('timeConnecting', () => {
  it('begins with resolving a name, then connects', () => {
    expect(stagesOf('db.example', false, 'lookup', 'connect')).toEqual([RESOLVING, CONNECTING, 'ready']);
  });

  it.each(['192.0.2.1', '::1'])('resolves no IP address: %s', (host) => {
    expect(stagesOf(host, false, 'connect')).toEqual([CONNECTING, 'ready']);
  });

  it('is ready only after the TLS handshake', () => {
    expect(stagesOf('192.0.2.1', true, 'connect')).toEqual([CONNECTING, HANDSHAKE]);
    expect(stagesOf('192.0.2.1', true, 'connect', 'secureConnect')).toEqual([CONNECTING, HANDSHAKE, 'ready']);
  });
});

describe('withSocket', () => {
  it.each([
    ['net', net, () => net.connect({ host: '127.0.0.1', port: 1 })],
    ['tls', tls, () => tls.connect({ host: '127.0.0.1', port: 1 })],
  ])('finds a socket that is created by %s.connect, and restores it afterwards', (_name, module, connect) => {
    const original: unknown = module.connect;
    const found: Socket[] = [];
    const created = withSocket(connect, (socket) => found.push(socket));
    created.on('error', () => undefined).destroy();
    expect(found).toEqual([created]);
    expect(module.connect).toBe(original);
  });

  it('restores both when the function throws', () => {
    const originals = [net.connect, tls.connect];
    const throws = () => {
      throw new Error('bad');
    };
    expect(() => withSocket(throws, () => undefined)).toThrow('bad');
    expect([net.connect, tls.connect]).toEqual(originals);
  });
});
