/** What is expected of an HTTP answer, and whether the answer meets it. Pure. */
import * as v from 'valibot';
import { AuthError, ConfigurationError, shortLine, TLSError, UnhealthyError } from '../../errors.ts';
import { describe, record, text } from '../../clients/keys.ts';
import { containing } from './containing.ts';
import { mismatch } from './mismatch.ts';
import { textOf } from '../../clients/http/body.ts';
import { jsonOf } from '../../clients/http/json.ts';
import type { HttpResponse } from '../../clients/http/request.ts';
import type { Declarations, FiguresOf } from '../../engine/figures.ts';

const MS_PER_DAY = 24 * 60 * 60 * 1000;

const status = v.union([
  v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  v.pipe(
    v.string(),
    v.regex(/^[2-5]xx$/, 'expected a status such as 204 (a number, without quotes), or 2xx, 3xx, 4xx or 5xx'),
  ),
]);

/** The keys of `expect` that make sense for any answer. */
export const expectKeys = {
  status: v.optional(
    describe(
      v.union([status, v.pipe(v.array(status), v.nonEmpty('must not be empty'))]),
      'Status, such as 204 or "2xx", or a list of these. Redirects are followed unless their status is expected.',
      204,
    ),
    '2xx',
  ),
  body: v.optional(describe(text(), 'Text that the first MiB of the body must contain.', 'ok')),
  tls_days: v.optional(
    describe(
      v.pipe(v.number(), v.minValue(0), v.maxValue(10_000)),
      'The fewest days for which the certificate must still be valid.',
      14,
    ),
  ),
};

/** The key `json` of `expect`. */
export const jsonKey = describe(
  record(v.string(), v.unknown()),
  'Object that the JSON of the body must contain, at any depth: an array must contain each listed item, in any order.',
  { database: 'ok' },
);

type Status = number | string;

export interface Expectation {
  readonly status: Status | readonly Status[];
  readonly body?: string | undefined;
  readonly json?: Readonly<Record<string, unknown>> | undefined;
  readonly tls_days?: number | undefined;
}

export function isExpectedStatus({ status }: Pick<Expectation, 'status'>, actual: number): boolean {
  return [status].flat().some((one) => one === actual || one === `${Math.floor(actual / 100)}xx`);
}

/** The figures of the kinds that use HTTP. */
export const httpFigures = {
  status: { label: 'HTTP status', unit: '', sort: 'number' },
  size: { label: 'size of the body', unit: 'bytes', sort: 'number' },
  days_left: { label: 'days that the certificate is valid', unit: 'days', sort: 'number' },
  address: { label: 'IP address', unit: '', sort: 'text' },
} as const satisfies Declarations;

/** @param now Milliseconds since 1970. */
export function figuresOf(response: HttpResponse, now: number): Partial<FiguresOf<typeof httpFigures>> {
  const { status, body, whole, certificateExpiresAt, address } = response;
  return {
    status,
    ...((whole || body.length > 0) && { size: body.length }),
    ...(certificateExpiresAt !== undefined && { days_left: daysLeft(certificateExpiresAt, now) }),
    ...(address !== undefined && { address }),
  };
}

function daysLeft(expiresAt: number, now: number): number {
  return Math.floor((expiresAt - now) / MS_PER_DAY);
}

/**
 * @param now Milliseconds since 1970.
 * @throws CheckError if the answer is not as expected. Of the answer, its message quotes the status, and the JSON value
 *         that differs.
 */
export function judge(response: HttpResponse, expected: Expectation, now: number): void {
  const { target, status, certificateExpiresAt } = response;
  if (!isExpectedStatus(expected, status)) {
    if (status === 401 || status === 403)
      throw new AuthError(`${target} answered ${status}: it requires credentials, or refused those it got`);
    throw new UnhealthyError(`${target} answered ${status}, expected ${[expected.status].flat().join(' or ')}`);
  }
  if (expected.tls_days !== undefined) judgeCertificate(target, certificateExpiresAt, expected.tls_days, now);
  if (expected.body !== undefined && !containing(expected.body)(Buffer.from(textOf(response))))
    throw new UnhealthyError(`${target} answered ${status}, but the body does not contain the expected text`);
  if (expected.json === undefined) return;
  const actual = jsonOf(response);
  const path = mismatch(expected.json, actual);
  if (path === 'too much')
    throw new UnhealthyError(`${target} answered ${status}, but with too much JSON to compare with what is expected`);
  if (path !== undefined)
    throw new UnhealthyError(
      `${target} answered ${status}, but ${path.join('.')} of its JSON ${difference(expected.json, actual, path)}`,
    );
}

/** The expected value and the actual one, where both are short scalars. */
function difference(expected: unknown, actual: unknown, path: readonly string[]): string {
  const parent = valueAt(actual, path.slice(0, -1));
  const wanted = scalar(valueAt(expected, path));
  // The items of an array may come in any order, so there is no one item to compare with.
  if (Array.isArray(parent)) return `is not as expected: no item is ${wanted ?? 'like it'}`;
  const found = valueAt(actual, path);
  if (found === undefined) return `is missing${wanted === undefined ? '' : `, expected ${wanted}`}`;
  const given = scalar(found);
  return wanted === undefined || given === undefined ? 'is not as expected' : `is ${given}, expected ${wanted}`;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

const MAX_SCALAR = 60;

function scalar(value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'object' && value !== null)) return undefined;
  return shortLine(JSON.stringify(value), MAX_SCALAR);
}

function judgeCertificate(target: string, expiresAt: number | undefined, days: number, now: number): void {
  if (expiresAt === undefined)
    throw new ConfigurationError(`${target}: tls_days needs a URL that starts with https://`);
  const left = daysLeft(expiresAt, now);
  // Not the opposite comparison: a date that does not parse must not pass.
  if (!(expiresAt - now >= days * MS_PER_DAY))
    throw new TLSError(`the certificate of ${target} expires in ${left} days, expected at least ${days}; renew it`);
}
