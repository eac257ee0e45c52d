import { getSystemErrorMap } from 'node:util';
import { codeOf } from '../errors.ts';

/** What the operating system says: `address already in use (EADDRINUSE)`. */
export function systemWords(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return String(error);
  const errno = typeof error === 'object' && error !== null && 'errno' in error ? Number(error.errno) : 0;
  const words = getSystemErrorMap().get(errno)?.[1];
  return words === undefined ? code : `${words} (${code})`;
}
