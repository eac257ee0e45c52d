/** Answers without end, in the protocols of the kinds: what a server sends first, and what it then repeats for ever. */
import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';

export interface Endless {
  /** What follows without end. */
  readonly chunk: Buffer;
  /**
   * What comes before it, as the answer to the first bytes from the client. A function makes it from an answer of the
   * real server; the answers for which it returns undefined pass unchanged.
   */
  readonly opening: Buffer | ((answer: Buffer) => Buffer | undefined);
  /** What the check must say, if not that the server sent more than something. See `mustSay`. */
  readonly error?: RegExp;
  /** Keys that the check has in addition. */
  readonly keys?: object;
}

export type EndlessAnswers = Readonly<Record<string, Endless>>;

/** What a check must say of such a server. */
export function mustSay({ error = /^UnhealthyError: .* sent more than / }: Endless): RegExp {
  return error;
}

const text = (opening: string, chunk: string, more: Pick<Endless, 'error' | 'keys'> = {}): Endless => ({
  opening: Buffer.from(opening, 'latin1'),
  chunk: Buffer.from(chunk, 'latin1'),
  ...more,
});
const bytes = (...values: number[]): Buffer => Buffer.from(values);
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

const BYTES = /^UnhealthyError: .* sent more than 1\.5 MiB$/;
const ITEMS = /^UnhealthyError: .* sent more than 20000 items in a reply$/;

export const endlessRedis: EndlessAnswers = {
  'a bulk string': text('$2147483647\r\n', 'x', { error: BYTES }),
  'a bulk string of bytes that are not UTF-8': text('$2147483647\r\n', '\xff', { error: BYTES }),
  'a status': text('+', 'x', { error: BYTES }),
  'an error': text('-', 'x', { error: BYTES }),
  'an integer': text(':', '1', { error: /^UnhealthyError: .* sent more than 24 characters of a number$/ }),
  'an array': text('*20000\r\n', '$200\r\n'.padEnd(206, 'x').concat('\r\n'), { error: BYTES }),
  'an array that announces more than fits': text('*2147483647\r\n', ':1\r\n', { error: ITEMS }),
  'many small arrays': text('*1000\r\n', '*1000\r\n'.concat('+\r\n'.repeat(1000)), { error: ITEMS }),
  'nested arrays': text('', '*1\r\n', { error: /^UnhealthyError: .* sent more than 16 levels of arrays$/ }),
};

const HEADERS = /^UnhealthyError: .* sent more than 16 KiB of headers$/;
const MUCH_JSON = /^UnhealthyError: .* more than 1 MiB of JSON$/;
const OK = 'HTTP/1.1 200 OK\r\n';
const GZIP = `${OK}content-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03`;
const ZEROS = deflateRawSync(Buffer.alloc(10 * 1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH });

const endlessHeaders: EndlessAnswers = {
  headers: text(OK, 'a: b\r\n', { error: HEADERS }),
  'a header': text(`${OK}a: `, 'x', { error: HEADERS }),
  'a status line': text('HTTP/1.1 200 ', 'x', { error: HEADERS }),
};

export const endlessHttp: EndlessAnswers = {
  ...endlessHeaders,
  'informational answers': text('', 'HTTP/1.1 102 Processing\r\n\r\n', { error: BYTES }),
};

/** What only a check that reads the body as JSON gets. */
export const endlessJson: EndlessAnswers = {
  JSON: text(`${OK}\r\n[`, '1,', { error: MUCH_JSON }),
  'chunks of one byte': text(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\n1\r\n', { error: BYTES }),
  'extensions of a chunk': text(`${OK}transfer-encoding: chunked\r\n\r\n5`, ';a=b', { error: HEADERS }),
  trailers: text(`${OK}transfer-encoding: chunked\r\n\r\n0\r\n`, 'a: b\r\n', { error: HEADERS }),
  'a compressed body': { ...text(GZIP, '', { error: MUCH_JSON }), chunk: ZEROS },
  'a compressed body of nothing': { ...text(GZIP, '', { error: BYTES }), chunk: hex('00 00 00 ff ff') },
};

/** The same for a check that reads the body only where something is expected of it. */
export const endlessBodies: EndlessAnswers = Object.fromEntries(
  Object.entries(endlessJson).map(([name, answer]) => [
    name,
    { ...answer, keys: { expect: { json: { status: 'ok' } } } },
  ]),
);

export const endlessAws: EndlessAnswers = {
  ...endlessHeaders,
  'an error in XML': text('HTTP/1.1 500 E\r\ncontent-type: application/xml\r\n\r\n<Error><Code>', 'x', {
    error: BYTES,
  }),
  'an error in JSON': text('HTTP/1.1 400 E\r\ncontent-type: application/json\r\n\r\n{"__type":"', 'x', {
    error: BYTES,
  }),
  'a body': text(`${OK}etag: "a"\r\n\r\n`, '{"a":', { error: BYTES }),
  'informational answers': text('', 'HTTP/1.1 102 Processing\r\n\r\n', { error: BYTES }),
};

export const endlessClickhouse: EndlessAnswers = {
  ...endlessHttp,
  'the text of an exception': text(
    'HTTP/1.1 500 E\r\nx-clickhouse-exception-code: 60\r\ntransfer-encoding: chunked\r\n\r\n',
    '400\r\n'.concat('oops'.repeat(256), '\r\n'),
    { error: BYTES },
  ),
  rows: text(`${OK}transfer-encoding: chunked\r\n\r\n`, '400\r\n'.concat('[1],'.repeat(256), '\r\n'), {
    error: BYTES,
  }),
};

export const endlessMemcached: EndlessAnswers = {
  'a version': text('VERSION ', 'x', { error: /^UnhealthyError: .* sent more than 1 KiB as a reply$/ }),
  lines: text('', 'VERSION 1\r\n', { error: /^UnhealthyError: .* sent more than 1 KiB as a reply$/ }),
};

/** The answer to the query begins with the description of the columns. */
const afterColumns = (answer: Buffer): Buffer | undefined =>
  answer.toString('latin1', 0, 1) === 'T' ? answer.subarray(0, 1 + answer.readUInt32BE(1)) : undefined;
const afterLogin = (answer: Buffer): Buffer | undefined => (answer.includes('server_version') ? bytes() : undefined);
const message = (type: string, body: Buffer, length = body.length + 4): Buffer =>
  Buffer.concat([Buffer.from(type), hex(length.toString(16).padStart(8, '0')), body]);
const HUGE = 0x7fffffff;
const NOTICES = /^UnhealthyError: .* sent more than 1000 notices$/;
const COLUMNS_AGAIN = /^UnhealthyError: .* sent more than 1000 descriptions of columns$/;

export const endlessPostgres: EndlessAnswers = {
  rows: { opening: afterColumns, chunk: message('D', hex('0001 00000001 31')), error: BYTES },
  'rows without columns': { opening: afterColumns, chunk: message('D', hex('0000')), error: BYTES },
  'one row': {
    opening: (answer) => {
      const columns = afterColumns(answer);
      return columns && Buffer.concat([columns, message('D', hex('0001 7ffffff0'), HUGE)]);
    },
    chunk: Buffer.from('x'),
    error: BYTES,
  },
  results: {
    opening: afterColumns,
    chunk: message('C', Buffer.from('SELECT 1\0')),
    error: /^UnhealthyError: .* sent more than 1000 results$/,
  },
  notices: { opening: afterColumns, chunk: message('N', Buffer.from('SNOTICE\0C00000\0Mhi\0\0')), error: NOTICES },
  'notices during the login': {
    opening: afterLogin,
    chunk: message('N', Buffer.from('SNOTICE\0\0')),
    error: NOTICES,
  },
  'parameters during the login': {
    opening: afterLogin,
    chunk: Buffer.concat(
      Array.from({ length: 5000 }, () => message('S', Buffer.from(`${randomBytes(4).toString('hex')}\0x\0`))),
    ),
    error: /^UnhealthyError: .* sent more than 1000 parameters$/,
  },
  'an error': {
    opening: (answer) => afterColumns(answer) && message('E', Buffer.from('SERROR\0C42P01\0M'), HUGE),
    chunk: Buffer.from('x'),
    error: BYTES,
  },
  'descriptions of columns': { opening: afterColumns, chunk: message('T', hex('0000')), error: COLUMNS_AGAIN },
};

/** So many packets that their numbers, which begin at `first`, come round again. */
const packets = (first: number, payload: Buffer, length = payload.length): Buffer =>
  Buffer.concat(
    Array.from({ length: 256 }, (_, index) => {
      const header = Buffer.alloc(4);
      header.writeUIntLE(length, 0, 3);
      header[3] = (first + index) % 256;
      return Buffer.concat([header, payload]);
    }),
  );
/** The answer to the query begins with packet 1, which has the number of columns. */
const isResult = (answer: Buffer): boolean => answer.readUIntLE(0, 3) === 1 && answer[3] === 1;
const HEADER = hex('010000 01 01');
/** As MariaDB describes a column: `00` before the `0c` is its extended metadata, which mysql2 asks for. */
const COLUMN = hex('03 646566 00 00 00 01 61 00 00 0c 2100 ff000000 fd 0000 00 0000');
const onResult =
  (...opening: Buffer[]) =>
  (answer: Buffer): Buffer | undefined =>
    isResult(answer) ? Buffer.concat(opening) : undefined;
const numbered = (number: number, payload: Buffer): Buffer => packets(number, payload).subarray(0, 4 + payload.length);
const END_OF_COLUMNS = numbered(3, hex('fe 0000 0200'));
const COLUMNS = [HEADER, numbered(2, COLUMN), END_OF_COLUMNS];

export const endlessMysql: EndlessAnswers = {
  rows: { opening: onResult(...COLUMNS), chunk: packets(4, hex('01 31')), error: BYTES },
  'rows of null': { opening: onResult(...COLUMNS), chunk: packets(4, hex('fb')), error: BYTES },
  'one row': { opening: onResult(...COLUMNS, hex('ffffff 04')), chunk: Buffer.from('x'), error: BYTES },
  columns: {
    opening: onResult(hex('030000 01 fc ffff')),
    chunk: packets(2, COLUMN),
    error: /^UnhealthyError: .* sent more than 5000 columns$/,
  },
  results: {
    opening: onResult(),
    chunk: packets(1, hex('00 00 00 0a00 0000')),
    error: /^UnhealthyError: .* sent more than 1000 results$/,
  },
  'an error': { opening: onResult(hex('ffffff 01 ff 7a04')), chunk: Buffer.from('x'), error: BYTES },
  'packets out of order': { opening: onResult(...COLUMNS), chunk: hex('020000 00 01 31'), error: BYTES },
};

/** https://www.rabbitmq.com/resources/specs/amqp0-9-1.xml */
const OPEN_OK = bytes(0, 10, 0, 41);
const afterOpening = (answer: Buffer): Buffer | undefined => (answer.includes(OPEN_OK) ? answer : undefined);

export const endlessAmqp: EndlessAnswers = {
  heartbeats: { opening: afterOpening, chunk: hex('08 0000 00000000 ce'), error: BYTES },
  'a frame of the handshake': {
    opening: hex('01 0000 7fffffff'),
    chunk: Buffer.from('x'),
    error: /^UnhealthyError: .* sent more than 128 KiB in one frame$/,
  },
};

/** Some servers send a message together with them. */
const headersOf = (answer: Buffer): Buffer => answer.subarray(0, answer.indexOf('\r\n\r\n') + 4);
const afterUpgrade =
  (...more: Buffer[]) =>
  (answer: Buffer): Buffer | undefined =>
    answer.includes(' 101 ') ? Buffer.concat([headersOf(answer), ...more]) : undefined;
const MESSAGES = /^UnhealthyError: .* sent more than 1000 messages, but not what the check waits for$/;
const FRAGMENTS = /^UnhealthyError: .* sent more than 10000 fragments of one message$/;
const ONE_MESSAGE = /^UnhealthyError: .* sent more than 1 MiB in one message$/;

export const endlessWebsocket: EndlessAnswers = {
  ...endlessHeaders,
  messages: { opening: afterUpgrade(), chunk: hex('81 01 61'), error: MESSAGES },
  pings: { opening: afterUpgrade(), chunk: hex('89 00'), error: MESSAGES },
  pongs: { opening: afterUpgrade(), chunk: hex('8a 00'), error: MESSAGES },
  fragments: { opening: afterUpgrade(hex('01 01 61')), chunk: hex('00 01 61'), error: FRAGMENTS },
  'empty fragments': { opening: afterUpgrade(hex('01 01 61')), chunk: hex('00 00'), error: FRAGMENTS },
  'a frame': { opening: afterUpgrade(hex('81 7f 00000000 7fffffff')), chunk: Buffer.from('x'), error: ONE_MESSAGE },
};

/** For kinds that always read the body, whatever is expected of it. */
export function withoutKeys(answers: EndlessAnswers): EndlessAnswers {
  return Object.fromEntries(
    Object.entries(answers).map(([name, { chunk, opening, error }]) => {
      const isJson = error === MUCH_JSON;
      return [
        name,
        { chunk, opening, error: isJson || error === undefined ? /^UnhealthyError: .* more than 1 MiB/ : error },
      ];
    }),
  );
}

/** For a kind that says something else of some of them. */
export function saying(errors: Readonly<Record<string, RegExp>>, answers: EndlessAnswers): EndlessAnswers {
  return Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [name, { ...answer, error: errors[name] ?? mustSay(answer) }]),
  );
}
