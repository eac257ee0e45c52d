import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseNamespace } from '../../../lib/document/namespace.ts';
import type { Setting } from '../../../lib/document/settings.ts';
import { documentSchema } from '../../../lib/document/schema.ts';
import { documentText } from '../../support/namespace.ts';

/** A setting whose meaning lies above the document. */
const audience: Setting<Readonly<Record<string, string>>> = {
  key: 'audience',
  description: 'Who is interested in which check.',
  schema: v.record(v.string(), v.string()),
  preset: {},
  example: { team: 'postgres' },
  expected: 'an object of strings',
  instead: { value: {}, words: 'nobody is' },
};

const read = (keys: Readonly<Record<string, unknown>>) =>
  parseNamespace('prod', documentText(keys), { settings: [audience] });

describe('a setting that is handed in from above', () => {
  it('is an unknown key for whoever does not hand it in', async () => {
    const { problems } = await parseNamespace('prod', documentText({ audience: { team: 'postgres' } }));
    expect(problems).toEqual([{ path: 'audience', message: 'unknown key' }]);
  });

  it('is read and given back with its type', async () => {
    const { settings, problems } = await read({ audience: { team: 'postgres' } });
    expect(settings.get(audience)).toEqual({ team: 'postgres' });
    expect(problems).toEqual([]);
  });

  it('has its preset when the document says nothing, and when nobody handed it in', async () => {
    expect((await read({})).settings.get(audience)).toEqual({});
    expect((await parseNamespace('prod', documentText())).settings.get(audience)).toEqual({});
  });

  it('is reported when its value is wrong, with what is used instead', async () => {
    const { settings, problems } = await read({ audience: { team: 7 } });
    expect(problems).toEqual([{ path: 'audience', message: 'expected an object of strings; nobody is' }]);
    expect(settings.get(audience)).toEqual({});
  });

  it('is part of the JSON Schema', () => {
    expect(documentSchema([audience]).properties).toMatchObject({
      audience: {
        description: audience.description,
        type: 'object',
        additionalProperties: { type: 'string' },
        default: {},
      },
    });
  });

  it('may be misspelt, and the message says what was meant', async () => {
    expect((await read({ audiences: {} })).problems).toEqual([
      { path: 'audiences', message: 'unknown key; did you mean audience?' },
    ]);
  });
});
