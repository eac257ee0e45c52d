import { UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';

/** The public error for an answer that Node's HTTP parser cannot read; undefined for any other error. */
export function httpError(error: unknown, target: string): CheckError | undefined {
  const code = codeOf(error) ?? '';
  if (/^HPE_(HEADER|CHUNK_EXTENSIONS)_OVERFLOW$/.test(code))
    return new UnhealthyError(`${target} sent more than 16 KiB of headers`);
  if (!code.startsWith('HPE_')) return undefined;
  return new UnhealthyError(
    isHttp2(error)
      ? `${target} speaks only HTTP/2, which checks do not speak`
      : `${target} does not answer in HTTP; is it the right port?`,
  );
}

/** The type of the frame that an HTTP/2 server sends first: https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const SETTINGS = 4;

/** Whether the answer begins with the header of such a frame: its length, its type, no flags, and stream 0. */
function isHttp2(error: unknown): boolean {
  const { rawPacket } = error as { readonly rawPacket?: unknown };
  if (!Buffer.isBuffer(rawPacket) || rawPacket.length < 9) return false;
  return rawPacket[3] === SETTINGS && rawPacket[4] === 0 && rawPacket.readUInt32BE(5) === 0;
}
