/** What is wrong when a call has no answer: what the server says, what grpc-js makes of what it sent, or neither. */
import { constants } from 'node:http2';
import type { ServiceError } from '@grpc/grpc-js';
import { AuthError, CheckError, UnhealthyError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { after, serverWords } from '../server-words.ts';
import { MAX_MESSAGE_KIB } from './bounds.ts';

export interface Call {
  /** The server, for messages. */
  readonly target: string;
  /** What was sent with the request. No message shows it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** `/grpc.health.v1.Health/Check`. */
  readonly path: string;
  readonly connection: { readonly lost: CheckError };
}

/** https://grpc.io/docs/guides/status-codes/ */
const STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type GrpcStatus = (typeof STATUSES)[number];

/** The server ended the call with a status other than OK. */
export class RefusedCall extends CheckError {
  readonly status: GrpcStatus | undefined;
  /** The server's words, cut and without secrets: `: no such thing`, or nothing. */
  readonly words: string;

  constructor(code: ErrorCode, message: string, status: GrpcStatus | undefined, words: string) {
    super(code, message);
    this.status = status;
    this.words = words;
  }
}

/** The error for a call that did not end with the status OK. */
export function callError(error: Partial<ServiceError>, call: Call): CheckError {
  const { target, path, metadata = {} } = call;
  const { code, details = '' } = error;
  if (code === undefined) return strangeMessage(call); // grpc-js could not decompress it
  const own = ownWords(details, call);
  if (own !== undefined) return own;
  const words = after(serverWords(details, secretsIn(metadata)));
  const status = STATUSES[code] as GrpcStatus | undefined;
  const name = status ?? `the unknown status ${String(code)}`;
  const why = WHY[name];
  if (why === undefined) return new RefusedCall('UnhealthyError', `${target} answered ${name}${words}`, status, words);
  const { errorCode, text } = why;
  return new RefusedCall(errorCode, `${target} ${text(path.slice(1))} (${name}${words})`, status, words);
}

interface Why {
  readonly errorCode: ErrorCode;
  readonly text: (method: string) => string;
}

const WHY: Readonly<Partial<Record<string, Why>>> = {
  UNAUTHENTICATED: {
    errorCode: 'AuthError',
    text: () => 'requires credentials, or refused those in metadata',
  },
  PERMISSION_DENIED: { errorCode: 'AuthError', text: (method) => `does not allow a call of ${method}` },
  UNIMPLEMENTED: { errorCode: 'UnhealthyError', text: (method) => `has no method ${method}` },
};

/** The values, and the token in each such as `Bearer token`. */
function secretsIn(metadata: Readonly<Record<string, string>>): string[] {
  return Object.values(metadata).flatMap((value) => [value, value.slice(value.lastIndexOf(' ') + 1)]);
}

/**
 * What grpc-js says where no status came from the server. Its codes for that are misleading, and it adds texts of its
 * own. Source: subchannel-call.ts, client.ts, compression-filter.ts and client-interceptors.ts of grpc-js.
 */
const OWN_WORDS: readonly (readonly [RegExp, (match: string, call: Call) => CheckError])[] = [
  [/^Received HTTP status code 200$/, (_match, { target }) => noStatus(target)],
  [/^Received HTTP status code (\d+)/, httpStatus],
  [/^Received RST_STREAM with code 0 /, (_match, { target }) => noStatus(target)],
  [/^No status information received/, (_match, { target }) => noStatus(target)],
  [/^Received RST_STREAM with code \d+ triggered by/, (_match, { connection }) => connection.lost],
  [/^Received RST_STREAM with code (\d+)/, (match, call) => brokenOff(resetName(Number(match)), call)],
  [/^Stream refused by server$/, (_match, call) => brokenOff('REFUSED_STREAM', call)],
  [/^Bandwidth exhausted or memory limit/, (_match, call) => brokenOff('ENHANCE_YOUR_CALM', call)],
  [/^Protocol not secure enough$/, (_match, call) => brokenOff('INADEQUATE_SECURITY', call)],
  [/^Call cancelled$/, (_match, call) => brokenOff('CANCEL', call)],
  [/^Received message larger than max \((\d+)/, largeMessage],
  [/^Received message that decompresses to a size larger than/, (_match, { target }) => sentTooMuch(target)],
  [/^(?:Response message parsing error|Failed to decompress)/, (_match, call) => strangeMessage(call)],
  [/^(?:Connection dropped|No connection established|Channel closed)/, (_match, { connection }) => connection.lost],
];

function ownWords(details: string, call: Call): CheckError | undefined {
  for (const [pattern, error] of OWN_WORDS) {
    const match = pattern.exec(details);
    if (match !== null) return error(match[1] ?? '', call);
  }
  return undefined;
}

function httpStatus(status: string, { target }: Call): CheckError {
  const text = `${target} answered with the HTTP status ${status}, not in gRPC`;
  return status === '401' || status === '403'
    ? new AuthError(`${text}: it requires credentials, or refused those in metadata`)
    : new UnhealthyError(`${text}; is there a proxy before it?`);
}

/** The server ended the call well, but without a message. */
export function noAnswer({ target }: Call): CheckError {
  return new UnhealthyError(`${target} ended the call without an answer`);
}

export function severalAnswers({ target }: Call): CheckError {
  return new UnhealthyError(`${target} sent several messages, but the call has one answer`);
}

function strangeMessage({ target, path }: Call): CheckError {
  return new UnhealthyError(`${target} sent a message that is not a valid answer of ${path.slice(1)}`);
}

/** Where text is read as a message, the second to the fifth character count as its length. */
function largeMessage(length: string, { target }: Call): CheckError {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32BE(Number(length));
  if (!/^[\n\r\x20-\x7e]+$/.test(bytes.toString('latin1'))) return sentTooMuch(target);
  return new UnhealthyError(`${target} answers with text, not in gRPC; is there a proxy before it?`);
}

const LENGTH_BYTES = 4;

function sentTooMuch(target: string): CheckError {
  return new UnhealthyError(`${target} sent more than ${String(MAX_MESSAGE_KIB)} KiB in one message`);
}

function noStatus(target: string): CheckError {
  return new UnhealthyError(`${target} ended the call without a status; does it speak gRPC?`);
}

function brokenOff(reason: string, { target }: Call): CheckError {
  // By RST_STREAM or GOAWAY, or by our side, which found fault with what the server sent.
  return new UnhealthyError(`the call to ${target} was broken off (HTTP/2 error ${reason})`);
}

function resetName(code: number): string {
  const names: Readonly<Record<string, unknown>> = { ...constants };
  const name = Object.keys(names).find((name) => RESET.test(name) && names[name] === code);
  return name?.replace('NGHTTP2_', '') ?? `code ${String(code)}`;
}

/** The codes of https://www.rfc-editor.org/rfc/rfc9113#section-7 among the constants. */
const RESET =
  /^NGHTTP2_(NO_ERROR|PROTOCOL_ERROR|INTERNAL_ERROR|FLOW_CONTROL_ERROR|SETTINGS_TIMEOUT|STREAM_CLOSED|FRAME_SIZE_ERROR|REFUSED_STREAM|CANCEL|COMPRESSION_ERROR|CONNECT_ERROR|ENHANCE_YOUR_CALM|INADEQUATE_SECURITY|HTTP_1_1_REQUIRED)$/;
