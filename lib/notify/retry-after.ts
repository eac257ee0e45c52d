/** Milliseconds: nobody has to wait longer than a day, whatever a server asks for. */
const LONGEST_MS = 24 * 3_600_000;

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7, the only form that a server may send. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The milliseconds that a `Retry-After` header asks to wait: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 *
 * @returns Undefined if there is no such header, or if it is neither seconds nor a date.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : NaN;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_MS);
}
