/** Which checks play which role, and the mistakes that a document can make about it. */
import { describe, expect, it } from 'vitest';
import { LEAF, namespaceOf, problemsOf } from '../../support/namespace.ts';

const POSTGRES = { kind: 'postgres', url: 'postgres://app@db.example/shop' };
const REDIS = { kind: 'redis', url: 'redis://cache.example' };
const checks = { group: { main: POSTGRES, other: LEAF }, redis: REDIS, files: { kind: 's3', bucket: 'shop' } };

const rolesOf = async (keys: Readonly<Record<string, unknown>>) => (await namespaceOf({ checks, ...keys })).roles;

describe('the roles of checks', () => {
  it('are those of their kinds, and all checks of a kind play it', async () => {
    expect(await rolesOf({})).toEqual({ db: [['group', 'main']], redis: [['redis']], storage: [['files']] });
    expect(
      await rolesOf({ checks: { a: POSTGRES, b: { kind: 'mysql', url: 'mysql://app@db.example/shop' } } }),
    ).toEqual({
      db: [['a'], ['b']],
    });
  });

  it('are those of the document where it names them, of checks and of groups', async () => {
    expect(await rolesOf({ roles: { db: 'group', doc_engine: 'group/other' } })).toMatchObject({
      db: [['group']],
      doc_engine: [['group', 'other']],
      redis: [['redis']],
    });
  });

  it('are played by a check with a mistake too', async () => {
    expect(await rolesOf({ checks: { a: { ...POSTGRES, ulr: '' } } })).toEqual({ db: [['a']] });
  });

  it('may be a path with a slash in a name', async () => {
    expect(await rolesOf({ checks: { 'a/b': LEAF }, roles: { db: 'a%2Fb' } })).toEqual({ db: [['a/b']] });
  });
});

describe('a mistake in roles', () => {
  it.each([
    ['a misspelt role', { storge: 'redis' }, 'roles.storge: unknown key; did you mean storage?'],
    ['an unknown role', { search: 'redis' }, 'roles.search: unknown key; it may have db, redis, doc_engine, storage'],
    ['an unknown path', { db: 'group/mian' }, 'roles.db: no check or group at group/mian; did you mean group/main?'],
    ['an unknown group', { db: 'grup' }, 'roles.db: no check or group at grup; did you mean group?'],
    ['a path below a check', { db: 'redis/x' }, 'roles.db: no check or group at redis/x'],
    ['no path at all', { db: '/' }, 'roles.db: no check or group at /'],
    ['an empty path', { db: '' }, 'roles.db: must not be empty'],
    ['no text', { db: ['redis'] }, 'roles.db: expected string, got array'],
    [
      'no object',
      'postgres',
      'roles: expected an object of paths, such as {"db": "postgres"}, got string; the kinds of the checks decide',
    ],
  ])('such as %s is told in words', async (_name, roles, message) => {
    expect(await problemsOf({ checks, roles })).toEqual([message]);
  });

  it('leaves the other roles as they are, and its own to the kinds of the checks', async () => {
    expect(await rolesOf({ roles: { db: 'nowhere', bd: 'redis', doc_engine: 'redis' } })).toEqual({
      db: [['group', 'main']],
      redis: [['redis']],
      doc_engine: [['redis']],
      storage: [['files']],
    });
  });
});
