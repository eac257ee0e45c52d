/** What the environment variables of a deployment mean. */
import { describe, expect, it } from 'vitest';
import { collectedLog } from '../support/collected-log.ts';
import { appOptionsIn, historyIn, queueIn, vaultIn, vaultNameIn } from '../../lib/compose.ts';

const optionsOf = (name: string, value: string) => appOptionsIn({ [name]: value });

describe('HEALTHGATE_BASE_PATH', () => {
  it.each([
    ['/ops', '/ops'],
    ['/ops/', '/ops'],
    ['ops', '/ops'],
    ['ops//', '/ops'],
    ['//ops', '/ops'],
    [' /ops ', '/ops'],
    ['/a/b.c/~d', '/a/b.c/~d'],
    ['/', ''],
  ])('of %j is the base path %j', async (value, basePath) => {
    expect((await optionsOf('HEALTHGATE_BASE_PATH', value)).basePath).toBe(basePath);
  });

  it.each([
    '/a b',
    '/a?b',
    '/a#b',
    '/a//b',
    '/a/../b',
    '/..',
    '/.',
    '/a%2Fb',
    'https://status.example/ops',
    '/é',
    '/a\\b',
    '/a\nb',
  ])('of %j is refused by its name, without repeating the value', async (value) => {
    await expect(optionsOf('HEALTHGATE_BASE_PATH', value)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: 'HEALTHGATE_BASE_PATH: expected the beginning of a path, such as /ops',
    });
  });
});

describe('HEALTHGATE_CORS_ORIGINS', () => {
  it.each([
    ['*', '*'],
    [' * ', '*'],
    ['https://a.example', ['https://a.example']],
    ['https://a.example/', ['https://a.example']],
    ['HTTPS://A.example:443, http://localhost:8080,', ['https://a.example', 'http://localhost:8080']],
    ['http://[::1]:3000', ['http://[::1]:3000']],
    [',', undefined],
  ])('of %j allows %j', async (value, corsOrigins) => {
    expect((await optionsOf('HEALTHGATE_CORS_ORIGINS', value)).corsOrigins).toEqual(corsOrigins);
  });

  it.each([
    'null',
    'a.example',
    '//a.example',
    'https://',
    'https://a.example/path',
    'https://user@a.example',
    'https://*.example',
    'https://a.example?x',
    'https://a.example https://b.example',
    '*,https://a.example',
    'ftp://a.example',
    'file:///x',
  ])('of %j is refused by its name', async (value) => {
    await expect(optionsOf('HEALTHGATE_CORS_ORIGINS', value)).rejects.toThrow(
      'HEALTHGATE_CORS_ORIGINS: expected * alone, or origins such as https://status.example, separated by commas',
    );
  });
});

describe('an environment that sets nothing', () => {
  it.each([{}, { HEALTHGATE_BASE_PATH: '', HEALTHGATE_CORS_ORIGINS: '' }])('has no options: %j', async (env) => {
    expect(await appOptionsIn(env)).toEqual({});
  });
});

it('HEALTHGATE_VAULT names the vault', () => {
  expect(vaultNameIn({ HEALTHGATE_VAULT: 'file:x' })).toBe('file:x');
  expect(vaultNameIn({})).toBeUndefined();
});

describe('what a function cannot start without', () => {
  const { log } = collectedLog();

  it.each([
    ['HEALTHGATE_VAULT', () => vaultIn({}, log)],
    ['HEALTHGATE_VAULT', () => vaultIn({ HEALTHGATE_VAULT: 'other:x' }, log)],
    ['HEALTHGATE_HISTORY', () => historyIn({})],
    ['HEALTHGATE_HISTORY', () => historyIn({ HEALTHGATE_HISTORY: 'other:x' })],
    ['HEALTHGATE_RECORD_QUEUE', () => queueIn({}, 'HEALTHGATE_RECORD_QUEUE')],
  ])('is told by its variable %s', async (variable, open) => {
    await expect(open()).rejects.toThrow(new RegExp(`^${variable}: `));
  });
});
