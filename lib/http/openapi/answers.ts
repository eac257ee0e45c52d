/** The answers of the endpoint as OpenAPI describes them, made from the registry of formats. */
import type { Verdict } from '../../engine/types.ts';
import type { Format, View } from '../../formats/format.ts';
import { formats } from '../../formats/index.ts';
import { busy, notAllowed, notFound, unforeseen } from '../responses.ts';
import { alive } from '../routes/public-paths.ts';
import type { Response } from '../messages.ts';

/** A part of an OpenAPI document. */
export type Part = Readonly<Record<string, unknown>>;

/** The answers to a request by status: with bodies for GET, without them for HEAD. */
export type Answers = Readonly<Record<string, Part>>;

const SCHEMAS = '#/components/schemas';
const VERDICTS: readonly Verdict[] = ['working', 'degraded', 'failing'];

interface LoadedFormat extends Format {
  readonly name: string;
}

/** All formats. One that needs what a deployment does not have is answered there as one that does not exist. */
export async function availableFormats(): Promise<readonly LoadedFormat[]> {
  return Promise.all(formats.map(async (entry) => ({ ...(await entry.load()), name: entry.name })));
}

/** @param failingStatus The namespace's `failing_status`. */
export function answersOf(shown: readonly LoadedFormat[], failingStatus: number): Answers {
  const reports: Record<string, Part> = {};
  for (const verdict of VERDICTS) {
    for (const format of shown) {
      const status = String(format.status(viewOf(verdict, failingStatus)));
      const mediaType = format.contentType.replace(/;.*/, '');
      reports[status] = { ...reports[status], [mediaType]: { schema: schemaOf(mediaType) } };
    }
  }
  const known = Object.entries(reports).map(([status, content]) => [status, reportAnswer(status, content)]);
  return {
    ...(Object.fromEntries(known) as Answers),
    ...refusals(),
    500: orReport(UNFORESEEN, unforeseen(), reports['500']),
    503: orReport(UNAVAILABLE, busy(), reports['503']),
  };
}

const UNAVAILABLE = 'The vault cannot be read, or there are more requests than can be answered concurrently.';
const UNFORESEEN = 'Anything unforeseen.';

const refusals = (): Answers => ({
  404: detailAnswer('No token, an unknown format, part or path, or a parameter that is wrong.', notFound()),
  405: detailAnswer('A wrong token, an unknown namespace, or a method that is not allowed.', notAllowed('GET')),
});

/** The answers of a path that only tells that the service is there. */
export function aliveAnswers(): Answers {
  const { headers, body } = alive();
  const content = { 'application/json': { schema: { type: 'object' }, example: JSON.parse(body) as unknown } };
  return {
    200: { description: 'The service is there.', headers: headersOf(Object.keys(headers)), content },
    ...refusals(),
    500: detailAnswer(UNFORESEEN, unforeseen()),
    503: detailAnswer(UNAVAILABLE, busy()),
  };
}

/** Readers do not get more than this of a view before they look at its body. */
function viewOf(verdict: Verdict, failingStatus: number): View {
  const result = { name: '', verdict, parts: [] };
  return {
    report: { namespace: '', verdict, startedAt: 0, durationMs: 0, result, observerCutOff: false },
    ageMs: 0,
    namespace: { name: '', failingStatus, maxAgeMs: 0, roles: {} },
    part: [],
    summary: false,
    query: new URLSearchParams(),
  };
}

/** All formats in JSON share a media type, so a body is one of them. */
function schemaOf(mediaType: string): Part {
  if (!/[/+]json$/.test(mediaType)) return { type: 'string' };
  return { anyOf: [{ $ref: `${SCHEMAS}/Tree` }, { type: 'object' }] };
}

function reportAnswer(status: string, content: Part): Part {
  const description = status === '200' ? 'Every critical check works.' : 'A critical check fails.';
  return { description, headers: headersOf(REPORT_HEADERS), content };
}

/** An answer without a report. Where reports may have the same status, it may also be one of them. */
function orReport(description: string, response: Response, reports: Part = {}): Part {
  if (Object.keys(reports).length === 0) return detailAnswer(description, response);
  const json = { anyOf: [{ $ref: `${SCHEMAS}/Tree` }, { $ref: `${SCHEMAS}/Detail` }, { type: 'object' }] };
  return {
    description: `A critical check fails. Or: ${description}`,
    headers: headersOf(Object.keys(response.headers)),
    content: { ...reports, 'application/json': { schema: json } },
  };
}

function detailAnswer(description: string, { headers, body }: Response): Part {
  const example = JSON.parse(body) as unknown;
  return {
    description,
    headers: headersOf(Object.keys(headers)),
    content: { 'application/json': { schema: { $ref: `${SCHEMAS}/Detail` }, example } },
  };
}

/** Each header, with whether every answer that may have it has it. */
const HEADERS: Readonly<Record<string, Part>> = {
  'cache-control': { required: true, schema: { const: 'no-store' } },
  'x-content-type-options': { required: true, schema: { const: 'nosniff' } },
  'referrer-policy': { required: true, schema: { const: 'no-referrer' } },
  vary: { required: true, schema: { type: 'string' }, example: 'Accept, Authorization' },
  'x-health-status': { required: true, description: 'The verdict.', schema: { enum: VERDICTS } },
  age: { required: true, description: 'Seconds since the run ended.', schema: { type: 'integer', minimum: 0 } },
  'server-timing': {
    required: true,
    description: 'Milliseconds that the run took.',
    schema: { type: 'string', pattern: '^run;dur=\\d+\\.\\d$' },
  },
  allow: { required: true, schema: { const: 'GET, HEAD' } },
  'retry-after': { description: 'Seconds after which to ask again.', schema: { type: 'integer', minimum: 1 } },
};

const REPORT_HEADERS = [
  'cache-control',
  'x-content-type-options',
  'referrer-policy',
  'vary',
  'x-health-status',
  'age',
  'server-timing',
];

function headersOf(names: readonly string[]): Part {
  return Object.fromEntries(names.flatMap((name) => (HEADERS[name] === undefined ? [] : [[name, HEADERS[name]]])));
}

/** The same answers without their bodies, for HEAD. */
export function withoutBodies(answers: Answers): Answers {
  const bare = Object.entries(answers).map(([status, { description, headers }]) => [status, { description, headers }]);
  return Object.fromEntries(bare) as Answers;
}
