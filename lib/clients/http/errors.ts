import { UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { isHttp2 } from '../first-bytes.ts';

/** The public error for an answer that Node's HTTP parser cannot read; undefined for any other error. */
export function httpError(error: unknown, target: string): CheckError | undefined {
  const code = codeOf(error) ?? '';
  if (/^HPE_(HEADER|CHUNK_EXTENSIONS)_OVERFLOW$/.test(code))
    return new UnhealthyError(`${target} sent more than 16 KiB of headers`);
  if (!code.startsWith('HPE_')) return undefined;
  return new UnhealthyError(
    speaksHttp2(error)
      ? `${target} speaks only HTTP/2, which checks do not speak`
      : `${target} does not answer in HTTP; is it the right port?`,
  );
}

/** Whether the answer begins with the header of a frame. */
function speaksHttp2(error: unknown): boolean {
  const { rawPacket } = error as { readonly rawPacket?: unknown };
  return Buffer.isBuffer(rawPacket) && rawPacket.length >= 9 && isHttp2(rawPacket);
}
