import { afterEach, expect, inject, it, vi } from 'vitest';
import { runLeaf } from '../support/run-leaf.ts';

const { url } = inject('stack').postgres;

afterEach(() => {
  vi.unstubAllEnvs();
});

it.each([
  ['PGOPTIONS', '-c no_such_setting=1'],
  ['PGREPLICATION', 'true'],
  ['PGSSLNEGOTIATION', 'nonsense'],
  ['PGSSLMODE', 'require'],
  ['PGPASSWORD', 'wrong'],
  ['PGDATABASE', 'none'],
])('a check of PostgreSQL does not depend on %s in the environment of the process', async (name, value) => {
  vi.stubEnv(name, value);
  expect((await runLeaf({ kind: 'postgres', url })).status).toBe('working');
});
