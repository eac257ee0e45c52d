/** Bad answers over gRPC. The server is a stand-in, since no real one gives them. */
import { constants } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { openHandles, settledHandles } from '../support/handles.ts';
import { http2StandIn, message, respond, respondAtOnce } from '../support/http2-stand-in.ts';
import type { StandIn } from '../support/http2-stand-in.ts';
import { runLeaf, runLeaves } from '../support/run-leaf.ts';

const servers: StandIn[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function standIn(answer: (stream: ServerHttp2Stream) => void): Promise<StandIn> {
  const server = await http2StandIn(answer);
  servers.push(server);
  return server;
}

const OK = { 'grpc-status': '0' };
/** Field 1, a number: the status of the health protocol, and the code of Jina's. */
const field1 = (value: number) => message(Buffer.of(0x08, value));
const SERVING = field1(1);
const SUCCESS = field1(0);
/** There is no type 7 of fields. */
const NO_PROTOBUF = message(Buffer.of(0x0f));

/** Ends the connections of all servers of the test. */
const breakOff = () => {
  for (const server of servers) server.breakOff();
};

type Answers = readonly (readonly [string, (stream: ServerHttp2Stream) => void, RegExp])[];

const answers: Answers = [
  [
    'trailers only',
    (stream) => {
      respondAtOnce(stream, { 'grpc-status': '14', 'grpc-message': 'down%20for%20repair' });
    },
    /^UnhealthyError: TARGET answered UNAVAILABLE: down for repair$/,
  ],
  [
    'words that are not percent-encoded',
    (stream) => {
      respondAtOnce(stream, { 'grpc-status': '13', 'grpc-message': '100% wrong' });
    },
    /^UnhealthyError: TARGET answered INTERNAL: 100% wrong$/,
  ],
  [
    'words that are long, on several lines and coloured',
    (stream) => {
      respondAtOnce(stream, { 'grpc-status': '2', 'grpc-message': `%1b%5b31mone%0atwo ${'word '.repeat(500).trim()}` });
    },
    /^UnhealthyError: TARGET answered UNKNOWN: \[31mone two word [^\n\u001b]{150,190}…$/,
  ],
  [
    'a page of HTML as words',
    (stream) => {
      respondAtOnce(stream, { 'grpc-status': '14', 'grpc-message': '<html><body>no</body></html>' });
    },
    /^UnhealthyError: TARGET answered UNAVAILABLE$/,
  ],
  [
    'an unknown status',
    (stream) => {
      respondAtOnce(stream, { 'grpc-status': '99' });
    },
    /^UnhealthyError: TARGET answered the unknown status 99$/,
  ],
  [
    'no status',
    (stream) => {
      respond(stream, SERVING, {});
    },
    /^UnhealthyError: TARGET ended the call without a status; does it speak gRPC\?$/,
  ],
  [
    'headers alone without a status',
    (stream) => {
      respondAtOnce(stream, {});
    },
    /^UnhealthyError: TARGET ended the call without a status; does it speak gRPC\?$/,
  ],
  [
    'a status without a message',
    (stream) => {
      respondAtOnce(stream, OK);
    },
    /^UnhealthyError: TARGET ended the call without an answer$/,
  ],
  [
    'a page of HTML with an error',
    (stream) => {
      stream.respond({ ':status': 502, 'content-type': 'text/html' });
      stream.end('<html><body>Bad gateway</body></html>');
    },
    /^UnhealthyError: TARGET answers with text, not in gRPC; is there a proxy before it\?$/,
  ],
  [
    'a page of HTML under status 200',
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end('<!doctype html><html><body>It works!</body></html>');
    },
    /^UnhealthyError: TARGET answers with text, not in gRPC; is there a proxy before it\?$/,
  ],
  [
    'an error of HTTP without a page',
    (stream) => {
      stream.respond({ ':status': 502 }, { endStream: true });
    },
    /^UnhealthyError: TARGET answered with the HTTP status 502, not in gRPC; is there a proxy before it\?$/,
  ],
  [
    'a refusal by HTTP',
    (stream) => {
      stream.respond({ ':status': 401 }, { endStream: true });
    },
    /^AuthError: TARGET answered with the HTTP status 401, not in gRPC: it requires credentials/,
  ],
  ...(
    [
      ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR],
      ['REFUSED_STREAM', constants.NGHTTP2_REFUSED_STREAM],
      ['CANCEL', constants.NGHTTP2_CANCEL],
      ['ENHANCE_YOUR_CALM', constants.NGHTTP2_ENHANCE_YOUR_CALM],
      ['HTTP_1_1_REQUIRED', constants.NGHTTP2_HTTP_1_1_REQUIRED],
    ] as const
  ).map(
    ([name, code]) =>
      [
        `RST_STREAM with ${name}`,
        (stream: ServerHttp2Stream) => {
          stream.close(code);
        },
        new RegExp(`^UnhealthyError: the call to TARGET was broken off \\(HTTP/2 error ${name}\\)$`),
      ] as const,
  ),
  [
    'GOAWAY without an error, and then the end of the connection',
    (stream) => {
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 0);
      breakOff();
    },
    /^ConnectionError: connection closed by TARGET$/,
  ],
  [
    'GOAWAY with an error',
    (stream) => {
      stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0);
    },
    /^UnhealthyError: the call to TARGET was broken off \(HTTP\/2 error ENHANCE_YOUR_CALM\)$/,
  ],
  [
    'half a message, and then the end of the connection',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.write(SERVING.subarray(0, 4), breakOff);
    },
    /^ConnectionError: connection closed by TARGET$/,
  ],
  [
    'a message of 16 MB',
    (stream) => {
      respond(stream, message(Buffer.alloc(16_000_000)), OK);
    },
    /^UnhealthyError: TARGET sent more than 64 KiB in one message$/,
  ],
  [
    'a message that is 16 MB large when it is decompressed',
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': 'gzip' });
      const compressed = message(gzipSync(Buffer.alloc(16_000_000)));
      compressed[0] = 1;
      stream.end(compressed);
    },
    /^UnhealthyError: TARGET sent more than 64 KiB in one message$/,
  ],
  [
    'metadata of 1 MB',
    (stream) => {
      stream.on('error', () => undefined);
      respondAtOnce(stream, {
        ...OK,
        ...Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-${i}`, 'x'.repeat(10_000)])),
      });
    },
    /^UnhealthyError: /,
  ],
  [
    'a message in an unknown encoding',
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': 'snappy' });
      const compressed = message('x');
      compressed[0] = 1;
      stream.end(compressed);
    },
    /^UnhealthyError: TARGET sent a message that is not a valid answer of METHOD$/,
  ],
  [
    'a message that is not made by protobuf',
    (stream) => {
      respond(stream, NO_PROTOBUF, OK);
    },
    /^UnhealthyError: TARGET sent a message that is not a valid answer of METHOD$/,
  ],
  [
    'two messages',
    (stream) => {
      respond(stream, Buffer.concat([SERVING, SERVING]), OK);
    },
    /^UnhealthyError: TARGET sent several messages, but the call has one answer$/,
  ],
  ['nothing', () => undefined, /^TimeoutError: no answer within 0\.5 s from TARGET while waiting for the /],
];

const kinds = [
  { kind: 'grpc', target: 'grpc', method: 'grpc.health.v1.Health/Check' },
  { kind: 'jina', target: 'jina flow', method: 'jina.JinaGatewayDryRunRPC/dry_run' },
];

const cases = kinds.flatMap((kind) => answers.map(([name, answer, error]) => ({ ...kind, name, answer, error })));

test.each(cases)('the kind $kind reports $name', async ({ kind, target, method, answer, error, name }) => {
  const { port } = await standIn(answer);
  const before = openHandles();
  const leaf = { kind, url: `grpc://127.0.0.1:${port}`, timeout: name === 'nothing' ? 0.5 : 5 };
  const { status, logged } = await runLeaf(leaf);
  expect(status.replace(`${target} 127.0.0.1:${port}`, 'TARGET').replace(method, 'METHOD')).toMatch(error);
  expect(logged).toBe('');
  expect(await settledHandles(before)).toEqual(expect.not.arrayContaining(['Timeout']));
});

test.each([
  ['grpc', SERVING],
  ['jina', SUCCESS],
])('the kind %s works with an answer that is right, and a field that it does not know', async (kind, right) => {
  const unknown = Buffer.concat([right.subarray(5), Buffer.of(0x7a, 0x01, 0x61)]);
  const { port, asked } = await standIn((stream) => {
    respond(stream, message(unknown), OK);
  });
  expect((await runLeaf({ kind, url: `grpc://127.0.0.1:${port}` })).status).toBe('working');
  expect(asked).toHaveLength(1);
});

test('a health status that the protocol does not have is reported with its number', async () => {
  const { port } = await standIn((stream) => {
    respond(stream, field1(7), OK);
  });
  expect((await runLeaf({ kind: 'grpc', url: `grpc://127.0.0.1:${port}` })).status).toMatch(
    /^UnhealthyError: .* says the unknown health status 7, expected SERVING$/,
  );
});

test('metadata is sent, and never shown, also where the server repeats it', async () => {
  const metadata = { authorization: 'Bearer s3cret-token', 'x-key': 's3cret-key', 'x-raw-bin': 'c2VjcmV0' };
  const { port, asked } = await standIn((stream) => {
    const words = `refused Bearer s3cret-token, s3cret-token, s3cret-key and c2VjcmV0`;
    respondAtOnce(stream, { 'grpc-status': '16', 'grpc-message': words });
  });
  const { status, logged } = await runLeaf({ kind: 'grpc', url: `grpc://127.0.0.1:${port}`, metadata });
  expect(asked[0]).toMatchObject({ authorization: 'Bearer s3cret-token', 'x-key': 's3cret-key' });
  expect(status).toMatch(/^AuthError: .* \(UNAUTHENTICATED: refused \*\*\*, \*\*\*, \*\*\* and \*\*\*\)$/);
  expect(status + logged).not.toMatch(/s3cret|c2VjcmV0/);
});

test('a call is made once, whatever the server answers', async () => {
  const { port, asked } = await standIn((stream) => {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  });
  await runLeaf({ kind: 'grpc', url: `grpc://127.0.0.1:${port}` });
  expect(asked).toHaveLength(1);
});

test('checks of the same server share a connection', async () => {
  const sessions = new Set<unknown>();
  const { port, asked } = await standIn((stream) => {
    sessions.add(stream.session);
    respond(stream, SERVING, OK);
  });
  const leaf = { kind: 'grpc', url: `grpc://127.0.0.1:${port}` };
  const { one, other } = await runLeaves({ one: leaf, other: { ...leaf, service: 'shop.Orders' } });
  expect([one.status, other.status, asked.length, sessions.size]).toEqual(['working', 'working', 2, 1]);
});
