/** Answers without end over gRPC. They begin where the real server answers the call. */
import { gzipSync } from 'node:zlib';
import type { EndlessAnswers } from './endless.ts';
import { answerHeaders, FRAME, frame, GRPC_HEADERS, hasHeaders, messageHeader } from './http2-frames.ts';

const answering =
  (...frames: Buffer[]) =>
  (answer: Buffer): Buffer | undefined =>
    hasHeaders(answer) ? Buffer.concat(frames) : undefined;

const STREAM = { stream: 1 };
const HEADERS = answerHeaders(GRPC_HEADERS);
const BOMB = gzipSync(Buffer.alloc(8 * 1024 * 1024));
const PING = frame(FRAME.ping, Buffer.alloc(8), { flags: 1 });

// Which one depends on whether the replies to what floods it can be sent as fast as it is read.
const BROKEN = /^UnhealthyError: .* (breaks the protocol HTTP\/2, which gRPC is spoken over|sent more than 1\.5 MiB)$/;
const CALMED = /^UnhealthyError: the call to .* was broken off \(HTTP\/2 error ENHANCE_YOUR_CALM\)$/;
const MESSAGE = /^UnhealthyError: .* sent more than 64 KiB in one message$/;

export const endlessGrpc: EndlessAnswers = {
  settings: { opening: answering(), chunk: frame(FRAME.settings), error: BROKEN },
  pings: { opening: answering(), chunk: frame(FRAME.ping, Buffer.alloc(8)), error: BROKEN },
  'replies to pings': { opening: answering(), chunk: PING, error: BROKEN },
  'updates of the window': { opening: answering(), chunk: frame(FRAME.windowUpdate, Buffer.of(0, 0, 0, 1), STREAM) },
  'frames of an unknown type': { opening: answering(), chunk: frame(FRAME.unknown, 'x'.repeat(100)) },
  'a block of headers': {
    opening: answering(answerHeaders(GRPC_HEADERS, 0)),
    chunk: frame(
      FRAME.continuation,
      Buffer.concat([Buffer.of(0, 1, 0x61, 0x7f, 0xff, 0x7f), Buffer.alloc(16_000, 0x61)]),
      STREAM,
    ),
    error: CALMED,
  },
  'informational answers': { opening: answering(), chunk: answerHeaders({ ':status': '103' }) },
  'a message': {
    opening: answering(HEADERS, frame(FRAME.data, messageHeader(0x7fffffff), STREAM)),
    chunk: frame(FRAME.data, 'x'.repeat(1000), STREAM),
    error: MESSAGE,
  },
  'a message in bytes': {
    opening: answering(HEADERS, frame(FRAME.data, messageHeader(0xffff), STREAM)),
    chunk: frame(FRAME.data, 'x', STREAM),
    error: /^UnhealthyError: .* sent a message that is not a valid answer of /,
  },
  'a compressed message': {
    opening: answering(
      answerHeaders({ ...GRPC_HEADERS, 'grpc-encoding': 'gzip' }),
      frame(FRAME.data, Buffer.concat([messageHeader(BOMB.length, true), BOMB]), STREAM),
    ),
    chunk: PING,
    error: MESSAGE,
  },
  messages: {
    opening: answering(HEADERS),
    chunk: frame(FRAME.data, messageHeader(0), STREAM),
    // Which one depends on whether the client has room for more when it reads the second.
    error:
      /^UnhealthyError: .* (sent several messages, but the call has one answer|was broken off \(HTTP\/2 error FLOW_CONTROL_ERROR\))$/,
  },
  'frames without data': { opening: answering(HEADERS), chunk: frame(FRAME.data, '', STREAM), error: BROKEN },
};
