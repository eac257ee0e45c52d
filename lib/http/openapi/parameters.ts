/** What a request may ask for, as the parameters of the OpenAPI document. */
import { WINDOWS } from '../../formats/history-words.ts';

export const parameters = {
  access_token: {
    name: 'access_token',
    in: 'path',
    required: true,
    description: 'An access token, or a summary token, which opens names and verdicts alone.',
    schema: { type: 'string' },
  },
  part: {
    name: 'part',
    in: 'path',
    required: true,
    description: 'The name of a group or a check. Further names follow as further segments: `cache/data/`.',
    schema: { type: 'string' },
  },
  format: {
    name: 'format',
    in: 'query',
    description: 'How to write the report. Without it, `Accept` decides. `atom` needs a deployment that records.',
  },
  within: {
    name: 'within',
    in: 'query',
    description: 'Seconds in which the answer must come, for a caller with little patience.',
    schema: { type: 'number', exclusiveMinimum: 0 },
    example: 1.5,
  },
  history: {
    name: 'history',
    in: 'query',
    description: 'With `json`, in a deployment that records: what was recorded in so many hours or days, up to 90d.',
    schema: { type: 'string', pattern: '^[1-9]\\d{0,3}[hd]$' },
    example: '24h',
  },
  of: {
    name: 'of',
    in: 'query',
    description: 'With `badge` and `shields`, in a deployment that records: uptime instead of the verdict.',
    schema: { enum: Object.keys(WINDOWS).map((window) => `uptime-${window}`) },
    example: 'uptime-30d',
  },
  status: {
    name: 'status',
    in: 'query',
    description: '`200` asks pages for status 200 whatever the verdict.',
    schema: { type: 'string' },
    example: '200',
  },
  get_server_status: {
    name: 'get_server_status',
    in: 'query',
    description: '`true` asks for the database and the file store as well.',
    schema: { type: 'string' },
    example: 'true',
  },
  use_rest_semantics: {
    name: 'use_rest_semantics',
    in: 'query',
    description: '`true` asks for status 200 whatever the verdict.',
    schema: { type: 'string' },
    example: 'true',
  },
  fresh: {
    name: 'Cache-Control',
    in: 'header',
    description: '`no-cache` asks for a run that begins after the request.',
    schema: { type: 'string' },
    example: 'no-cache',
  },
} as const;
