import { status } from '@grpc/grpc-js';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bounds } from '../../../lib/grpc/bounds.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

type Listener = Parameters<ServerInterceptingCallInterface['start']>[0];

/** A call of which only the beginning has come. */
function callTo(intercept: ReturnType<typeof bounds>) {
  const sent: unknown[] = [];
  const events = {} as { listener: Listener };
  const call = {
    start: (listener: Listener) => (events.listener = listener),
    sendStatus: ({ code }: { readonly code: status }) => sent.push(status[code]),
    getPeer: () => '127.0.0.1:1',
  } as unknown as ServerInterceptingCallInterface;
  const none = { onReceiveMetadata: () => undefined, onReceiveMessage: () => undefined };
  const listener = { ...none, onReceiveHalfClose: () => undefined, onCancel: () => undefined };
  const method = { path: '/x', requestStream: false, responseStream: false };
  const codec = { requestDeserialize: () => ({}), responseSerialize: () => Buffer.alloc(0) };
  intercept({ ...method, ...codec }, call).start(listener);
  return { sent, events };
}

test('a call whose request does not end in time is ended', async () => {
  const { sent } = callTo(bounds(() => () => undefined));
  await vi.advanceTimersByTimeAsync(19_000);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(sent).toEqual(['DEADLINE_EXCEEDED']);
});

test('a call whose request has ended may take as long as it needs', async () => {
  const { sent, events } = callTo(bounds(() => () => undefined));
  events.listener.onReceiveHalfClose();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual([]);
});

test('nothing is left of a call that has ended, and its connection is told so', () => {
  const ended: string[] = [];
  const { events } = callTo(bounds((peer) => () => ended.push(peer)));
  events.listener.onCancel();
  expect(ended).toEqual(['127.0.0.1:1']);
  expect(vi.getTimerCount()).toBe(0);
});
