/** The JSON Schema of a namespace's document, made from the registry of kinds. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { kinds } from '../lib/checks/index.ts';
import { leafSchema } from '../lib/document/configure.ts';
import { MIN_TOKEN_LENGTH } from '../lib/document/tokens.ts';
import { ownSettings } from '../lib/document/settings.ts';
import type { AnySetting } from '../lib/document/settings.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const SECRET = { $ref: '#/$defs/secret' };

const token = { anyOf: [{ type: 'string', minLength: MIN_TOKEN_LENGTH }, SECRET] };

/**
 * https://json-schema.org/draft-07/schema, which editors know best.
 *
 * @param settings All settings that a document may have at its top.
 */
export function documentSchema(settings: readonly AnySetting[] = ownSettings): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Healthgate namespace',
    type: 'object',
    additionalProperties: false,
    required: ['checks'],
    anyOf: [{ required: ['access_tokens'] }, { required: ['access_token'] }],
    properties: {
      $schema: { type: 'string' },
      access_tokens: {
        description: 'All of them work, so that one can be replaced by another.',
        type: 'array',
        minItems: 1,
        items: token,
      },
      access_token: { description: 'The same as access_tokens with one token.', ...token },
      ...Object.fromEntries(settings.map((setting) => [setting.key, settingSchema(setting)])),
      checks: {
        description: 'What is checked, and the shape of the answer.',
        minProperties: 1,
        ...{ $ref: '#/$defs/group' },
      },
    },
    $defs: {
      secret: {
        description:
          'What the vault holds: a whole secret, or the value under a key of a JSON secret. ' +
          'Or an environment variable that HEALTHGATE_ENV lists.',
        anyOf: [
          {
            type: 'object',
            additionalProperties: false,
            required: ['secret'],
            properties: { secret: { type: 'string' }, key: { type: 'string' } },
          },
          {
            type: 'object',
            additionalProperties: false,
            required: ['env'],
            properties: { env: { type: 'string' } },
          },
        ],
      },
      group: { type: 'object', additionalProperties: { $ref: '#/$defs/part' } },
      part: {
        description: 'An object with a string "kind" is a check; any other object is a group.',
        if: { type: 'object', required: ['kind'], properties: { kind: { type: 'string' } } },
        then: { $ref: '#/$defs/check' },
        else: { $ref: '#/$defs/group' },
      },
      check: { oneOf: kinds.map(({ kind }) => ({ $ref: `#/$defs/${kind}` })) },
      ...Object.fromEntries(kinds.map((kind) => [kind.kind, { description: kind.works, ...leafJsonSchema(kind) }])),
    },
  };
}

function settingSchema({ description, schema, preset }: AnySetting): JsonSchema {
  return { description, ...withoutDialect(toJsonSchema(schema)), default: preset };
}

/** What a document may give as a reference. A secret's number is read as one, and a choice is made of strings. */
const REFERABLE: ReadonlySet<string> = new Set(['string', 'number', 'picklist']);

/** A key that has a default need not be given. */
function leafJsonSchema(kind: (typeof kinds)[number]): JsonSchema {
  const schema = toJsonSchema(leafSchema(kind), {
    typeMode: 'input',
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      REFERABLE.has(valibotSchema.type) ? { anyOf: [jsonSchema, SECRET] } : undefined,
  });
  return withoutDialect(schema);
}

function withoutDialect(schema: object): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}
