/** A name server over UDP for tests: https://www.rfc-editor.org/rfc/rfc1035#section-4 */
import { createSocket } from 'node:dgram';

/** Records by name and type, written as `dig +short` prints them, or the failure that is answered instead. */
export type Zone = Readonly<Record<string, Readonly<Partial<Record<RecordType, readonly string[]>>> | Failure>>;

export type RecordType = keyof typeof TYPES;

/** `SILENT` answers nothing, `GARBAGE` something that is not DNS. */
export type Failure = keyof typeof RESPONSE_CODES | 'SILENT' | 'GARBAGE';

export interface DnsServer {
  /** UDP port on 127.0.0.1. */
  readonly port: number;
  stop(): Promise<void>;
}

const TYPES = { A: 1, NS: 2, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, CAA: 257 } as const;
const RESPONSE_CODES = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 } as const;
const HEADER_BYTES = 12;

/** Starts a server that does not keep the process alive. */
export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, client) => {
    const answer = answerTo(query, zone);
    if (answer !== undefined) socket.send(answer, client.port, client.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.unref();
  return { port: socket.address().port, stop: () => new Promise((resolve) => socket.close(resolve)) };
}

function answerTo(query: Buffer, zone: Zone): Buffer | undefined {
  const { name, type, end } = questionOf(query);
  const entry = zone[name.toLowerCase()] ?? 'NXDOMAIN';
  if (entry === 'SILENT') return undefined;
  if (entry === 'GARBAGE') return Buffer.concat([query.subarray(0, 2), Buffer.from('HTTP/1.1 400 Bad Request')]);
  const isFailure = typeof entry === 'string';
  const records = isFailure || type === undefined ? [] : (entry[type] ?? []).map((text) => record(type, text));
  const header = Buffer.from(query.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(0x8180 | (isFailure ? RESPONSE_CODES[entry] : 0), 2); // an answer, recursion available
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8); // neither authority nor additional records
  return Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...records]);
}

function questionOf(query: Buffer): { name: string; type: RecordType | undefined; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const number = query.readUInt16BE(at + 1);
  const type = (Object.keys(TYPES) as RecordType[]).find((type) => TYPES[type] === number);
  return { name: labels.join('.'), type, end: at + 5 };
}

function record(type: RecordType, text: string): Buffer {
  const data = ENCODERS[type](text);
  const pointerToQuestion = 0xc000 | HEADER_BYTES;
  return Buffer.concat([uint16(pointerToQuestion, TYPES[type], 1, 0, 60, data.length), data]);
}

const ENCODERS: Readonly<Record<RecordType, (text: string) => Buffer>> = {
  A: (text) => Buffer.from(text.split('.').map(Number)),
  AAAA: (text) => uint16(...text.split(':').map((group) => parseInt(group, 16))), // all eight groups
  NS: domain,
  CNAME: domain,
  PTR: domain,
  TXT: characterString,
  MX: (text) => numbersAndDomain(text),
  SRV: (text) => numbersAndDomain(text),
  CAA: (text) => {
    const [flags, tag = '', value = ''] = text.split(' ');
    return Buffer.concat([Buffer.from([Number(flags)]), characterString(tag), Buffer.from(value.replaceAll('"', ''))]);
  },
};

function numbersAndDomain(text: string): Buffer {
  const words = text.split(' ');
  return Buffer.concat([uint16(...words.slice(0, -1).map(Number)), domain(words.at(-1) ?? '')]);
}

function domain(name: string): Buffer {
  return Buffer.concat([...name.split('.').map(characterString), Buffer.from([0])]);
}

function characterString(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

function uint16(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
}
