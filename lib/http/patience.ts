/** A decimal number as people write it; not `Infinity`, `0x10` or an empty text, which JavaScript takes for numbers. */
const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The milliseconds that `?within=` leaves, which is in seconds; Infinity where it is not given.
 *
 * @returns Undefined where it is not a positive number.
 */
export function patienceIn(query: URLSearchParams): number | undefined {
  const text = query.get('within');
  if (text === null) return Infinity;
  const ms = DECIMAL.test(text) ? Number(text) * 1000 : 0;
  return ms > 0 && ms < Infinity ? ms : undefined;
}
