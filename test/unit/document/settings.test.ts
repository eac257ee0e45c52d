import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseNamespace } from '../../../lib/document/namespace.ts';
import type { Setting } from '../../../lib/document/settings.ts';
import { documentSchema } from '../../../lib/document/schema.ts';
import { documentText } from '../../support/namespace.ts';

/** A setting whose meaning lies above the document. */
const roles: Setting<Readonly<Record<string, string>>> = {
  key: 'roles',
  description: 'Which check plays which part.',
  schema: v.record(v.string(), v.string()),
  preset: {},
  example: { db: 'postgres' },
  expected: 'an object of strings',
  instead: { value: {}, words: 'no role is played' },
};

const read = (keys: Readonly<Record<string, unknown>>) =>
  parseNamespace('prod', documentText(keys), { settings: [roles] });

describe('a setting that is handed in from above', () => {
  it('is an unknown key for whoever does not hand it in', async () => {
    const { problems } = await parseNamespace('prod', documentText({ roles: { db: 'postgres' } }));
    expect(problems).toEqual([{ path: 'roles', message: 'unknown key' }]);
  });

  it('is read and given back with its type', async () => {
    const { settings, problems } = await read({ roles: { db: 'postgres' } });
    expect(settings.get(roles)).toEqual({ db: 'postgres' });
    expect(problems).toEqual([]);
  });

  it('has its preset when the document says nothing, and when nobody handed it in', async () => {
    expect((await read({})).settings.get(roles)).toEqual({});
    expect((await parseNamespace('prod', documentText())).settings.get(roles)).toEqual({});
  });

  it('is reported when its value is wrong, with what is used instead', async () => {
    const { settings, problems } = await read({ roles: { db: 7 } });
    expect(problems).toEqual([{ path: 'roles', message: 'expected an object of strings; no role is played' }]);
    expect(settings.get(roles)).toEqual({});
  });

  it('is part of the JSON Schema', () => {
    expect(documentSchema([roles]).properties).toMatchObject({
      roles: { description: roles.description, type: 'object', additionalProperties: { type: 'string' }, default: {} },
    });
  });

  it('may be misspelt, and the message says what was meant', async () => {
    expect((await read({ role: {} })).problems).toEqual([
      { path: 'role', message: 'unknown key; did you mean roles?' },
    ]);
  });
});
