import { UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';

/** The public error for an answer that Node's HTTP parser cannot read; undefined for any other error. */
export function httpError(error: unknown, target: string): CheckError | undefined {
  const code = codeOf(error) ?? '';
  if (/^HPE_(HEADER|CHUNK_EXTENSIONS)_OVERFLOW$/.test(code))
    return new UnhealthyError(`${target} sent more than 16 KiB of headers`);
  return code.startsWith('HPE_')
    ? new UnhealthyError(`${target} does not answer in HTTP; is it the right port?`)
    : undefined;
}
