/** The answers of the contract. */
import type { Format, View } from '../formats/format.ts';
import type { Response } from './messages.ts';

/** Headers of every answer. */
export const COMMON = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** An answer without a report: `{"detail":"…"}`. */
function detail(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  const body = JSON.stringify({ detail: text });
  return { status, headers: { 'content-type': 'application/json', ...COMMON, ...headers }, body };
}

const UNAVAILABLE = 'Service unavailable.';

export const notFound = (): Response => detail(404, 'Not found.');
export const unavailable = (): Response => detail(503, UNAVAILABLE);
/** For a request that would be answered if it came a little later. */
export const busy = (): Response => detail(503, UNAVAILABLE, { 'retry-after': '1' });
export const unforeseen = (): Response => detail(500, 'Internal server error.');

/** For a method that is not allowed, and, with the same bytes, for a token that opens nothing. */
export function notAllowed(method: string): Response {
  return detail(405, `Method "${method.slice(0, 20)}" not allowed.`, { allow: 'GET, HEAD' });
}

export function reportResponse(view: View, format: Format): Response {
  const { report, ageMs } = view;
  return {
    status: format.status(view),
    headers: {
      'content-type': format.contentType,
      ...COMMON,
      'referrer-policy': 'no-referrer',
      vary: 'Accept, Authorization',
      'x-health-status': report.verdict,
      age: String(Math.floor(ageMs / 1000)),
      'server-timing': `run;dur=${report.durationMs.toFixed(1)}`,
      ...format.headers?.(view),
    },
    body: format.render(view),
    ...(format.webSocket && { webSocket: format.webSocket(view) }),
  };
}
