/** A base path that a proxy or an API mapping puts before every path. */
import { describe, expect, it } from 'vitest';
import { asker, WORKS } from '../../support/asker.ts';

const keys = { checks: { api: WORKS, ops: WORKS } };

/** The status of the answer for a path in which `<token>` stands for the right token. */
async function statusOf(basePath: string, path: string): Promise<number> {
  const { ask, token } = asker(keys, {}, undefined, { basePath });
  return (await ask(path.replace('<token>', token))).status;
}

describe('the base path', () => {
  it.each([
    ['/ops', '/ops/api/health/<token>/'],
    ['/ops', '/ops/api/health/<token>'],
    ['/ops', '/ops/api/health/<token>/ops/'],
    ['/a/b-c', '/a/b-c/api/health/<token>/api'],
  ])('%s is cut off the path %s', async (basePath, path) => {
    expect(await statusOf(basePath, path)).toBe(200);
  });

  it.each([
    ['/ops', '/api/health/<token>/'],
    ['/ops', '/api/health/<token>/ops/'],
    ['', '/api/health/<token>/'],
  ])('%j may be missing from the path %s', async (basePath, path) => {
    expect(await statusOf(basePath, path)).toBe(200);
  });

  it.each([
    ['/op', '/ops/api/health/<token>/'],
    ['/ops', '/opsx/api/health/<token>/'],
    ['/ops', '/opsapi/health/<token>/'],
    ['/ops', '/ops/ops/api/health/<token>/'],
    ['/ops', '/OPS/api/health/<token>/'],
    ['/ops', '//ops/api/health/<token>/'],
    ['/ops', '/ops//api/health/<token>/'],
    ['/ops', '/x/ops/api/health/<token>/'],
    ['/ops', '/ops'],
    ['/ops', '/ops/'],
    ['/a/b', '/a/api/health/<token>/'],
    ['', '/ops/api/health/<token>/'],
  ])('%j is not found in the path %s, which is answered 404', async (basePath, path) => {
    expect(await statusOf(basePath, path)).toBe(404);
  });

  it.each([
    ['/api', '/api/api/health/<token>/'],
    ['/api', '/api/health/<token>/'],
    ['/api', '/api/health/<token>/api/'],
    ['/api/health', '/api/health/api/health/<token>/'],
    ['/api/health', '/api/health/<token>/'],
  ])('%s may be one of the words in the path, and may be cut off before: %s', async (basePath, path) => {
    expect(await statusOf(basePath, path)).toBe(200);
  });

  it('affects no answer but those for the paths below it', async () => {
    const { ask } = asker(keys, {}, undefined, { basePath: '/ops' });
    expect((await ask('/ops/api/health/wrong/')).status).toBe(405);
    expect((await ask('/ops/api/health/', { query: 'format=xml' })).status).toBe(404);
    expect((await ask('/ops/api/health/x', { method: 'POST' })).status).toBe(405);
  });
});
