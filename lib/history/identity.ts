import { createHash } from 'node:crypto';

/** An id that is the same whoever makes it, and whenever: 32 hexadecimal digits. */
export function identity(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
