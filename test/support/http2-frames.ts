/** Frames of HTTP/2, byte by byte, for answers that no server would give. https://www.rfc-editor.org/rfc/rfc9113 */

export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
  unknown: 0x2a,
} as const;

/** Flags of frames with data and headers. */
export const END_STREAM = 1;
export const END_HEADERS = 4;

const HEADER_BYTES = 9;

export function frame(type: number, payload: Buffer | string = '', { flags = 0, stream = 0 } = {}): Buffer {
  const body = Buffer.from(payload as string);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(body.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, body]);
}

/** Literal header fields, without compression: https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2 */
export function headerBlock(fields: Readonly<Record<string, string>>): Buffer {
  const literal = (text: string) => Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'latin1')]);
  return Buffer.concat(
    Object.entries(fields).flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]),
  );
}

/** The headers of the answer to the first call on a connection. */
export function answerHeaders(fields: Readonly<Record<string, string>>, flags = END_HEADERS): Buffer {
  return frame(FRAME.headers, headerBlock(fields), { flags, stream: 1 });
}

export const GRPC_HEADERS = { ':status': '200', 'content-type': 'application/grpc' };

/** A message of gRPC: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export function messageHeader(length: number, isCompressed = false): Buffer {
  const header = Buffer.alloc(5);
  header[0] = isCompressed ? 1 : 0;
  header.writeUInt32BE(length, 1);
  return header;
}

/** Whether bytes that begin with a frame have one with headers. */
export function hasHeaders(bytes: Buffer): boolean {
  for (let at = 0; at + HEADER_BYTES <= bytes.length; at += HEADER_BYTES + bytes.readUIntBE(at, 3))
    if (bytes[at + 3] === FRAME.headers) return true;
  return false;
}
