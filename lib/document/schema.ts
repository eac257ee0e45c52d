/** The JSON Schema of a namespace's document, made from the registry of kinds; and an example of each kind. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { kinds } from '../checks/index.ts';
import type { AnyKind } from '../checks/kind.ts';
import { leafSchema } from './configure.ts';
import { MIN_TOKEN_LENGTH } from './tokens.ts';
import { ownSettings } from './own-settings.ts';
import type { AnySetting } from './settings.ts';
import type { Schema } from './key-rows.ts';
import { REFERENCE, referableSchema } from './referable.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A token whose random part is made up. */
const TOKEN = `hg_shop_${'0123456789'.repeat(4)}abc`;

const token = { anyOf: [{ type: 'string', minLength: MIN_TOKEN_LENGTH }, REFERENCE] };

/**
 * https://json-schema.org/draft-07/schema, which editors know best.
 *
 * @param settings All settings that a document may have at its top.
 * @param items    The schemas of the items of settings that are lists, from the layers that know what they mean.
 */
export function documentSchema(
  settings: readonly AnySetting[] = ownSettings,
  items: Readonly<Record<string, Schema>> = {},
): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Healthgate namespace',
    type: 'object',
    additionalProperties: false,
    required: ['checks'],
    anyOf: [{ required: ['access_tokens'] }, { required: ['access_token'] }],
    properties: {
      $schema: {
        description: 'The JSON Schema of the document, for editors.',
        type: 'string',
        examples: ['./.healthgate.schema.json'],
      },
      access_tokens: {
        description: 'All of them work, so that one can be replaced by another.',
        examples: [[TOKEN]],
        type: 'array',
        minItems: 1,
        items: token,
      },
      summary_tokens: {
        description: 'They open names and verdicts alone, for public pages and badges.',
        examples: [[TOKEN]],
        type: 'array',
        items: token,
      },
      access_token: { description: 'The same as access_tokens with one token.', examples: [TOKEN], ...token },
      ...Object.fromEntries(
        settings.map((setting) => [setting.key, { ...settingSchema(setting), ...itemsOf(items[setting.key]) }]),
      ),
      checks: {
        description: 'What is checked, and the shape of the answer.',
        examples: [{ postgres: exampleOf('postgres') }],
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
            properties: {
              secret: { description: 'Name of a secret of the vault.', type: 'string', examples: ['prod/postgres'] },
              key: { description: 'Key of a JSON secret.', type: 'string', examples: ['url'] },
            },
          },
          {
            type: 'object',
            additionalProperties: false,
            required: ['env'],
            properties: {
              env: { description: 'Name of an environment variable.', type: 'string', examples: ['REDIS_URL'] },
            },
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
      ...Object.fromEntries(kinds.map((kind) => [kind.kind, leafJsonSchema(kind)])),
    },
  };
}

function itemsOf(items: Schema | undefined): { items?: Schema } {
  return items === undefined ? {} : { items };
}

function settingSchema({ description, schema, preset, example }: AnySetting): JsonSchema {
  return { description, ...withoutDialect(toJsonSchema(schema)), default: preset, examples: [example] };
}

/** The keys of a leaf of this kind. */
export function leafJsonSchema(kind: AnyKind): Schema {
  const schema = referableSchema(leafSchema(kind));
  const name = { description: 'The kind of check.', examples: [kind.kind], ...schema.properties?.kind };
  return {
    description: kind.works,
    ...withoutDialect(schema),
    properties: { ...schema.properties, kind: name },
    examples: [exampleIn(kind, schema)],
  };
}

/** A leaf that has the required keys of its kind, and those that the kind wants to show. */
export function exampleOf(name: string): JsonSchema {
  const kind = kinds.find((one) => one.kind === name);
  return (kind && (leafJsonSchema(kind).examples?.[0] as JsonSchema)) ?? {};
}

function exampleIn({ kind, example = [] }: AnyKind, { properties = {}, required = [] }: Schema): JsonSchema {
  const keys = Object.keys(properties).filter((key) => required.includes(key) || example.includes(key));
  const values = keys.map((key) => [key, properties[key]?.examples?.[0]] as const);
  return { ...Object.fromEntries(values), kind };
}

function withoutDialect(schema: object): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}
