import { UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';

/** The public error for an answer that Node's HTTP parser cannot read; undefined for any other error. */
export function httpError(error: unknown, target: string): CheckError | undefined {
  if (codeOf(error)?.startsWith('HPE_') !== true) return undefined;
  return new UnhealthyError(`${target} does not answer in HTTP; is it the right port?`);
}
