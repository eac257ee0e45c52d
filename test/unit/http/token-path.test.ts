import { describe, expect, it } from 'vitest';
import { parseTokenPath } from '../../../lib/http/token-path.ts';

const asked = (path: string, authorization?: string) =>
  parseTokenPath({ method: 'GET', path, query: new URLSearchParams(), headers: { authorization } });

describe('parseTokenPath', () => {
  it.each([
    ['/api/health/', undefined, []],
    ['/api/health', undefined, []],
    ['/api/health/t', 't', []],
    ['/api/health/t/', 't', []],
    ['/api/health/t/a/b', 't', ['a', 'b']],
    ['/api/health/t/a/b/', 't', ['a', 'b']],
    ['/api/health/t%2Fu/a%2Fb/', 't/u', ['a/b']],
    ['/api/health/%20/%C3%A9/', ' ', ['é']],
    ['/api/health/t/a+b/', 't', ['a+b']],
    ['/api/health/t/%2541/', 't', ['%41']],
    ['/api/health/./../', '.', ['..']],
  ])('splits %s into token and part', (path, token, part) => {
    expect(asked(path)).toEqual({ token, part });
  });

  it.each([
    '',
    '/',
    '/api',
    '/api/',
    '/api/health//',
    '/api/health/t//a',
    '/api/healthx',
    '/api/health/%',
    '/api/health/%C3',
  ])('does not recognize %j', (path) => {
    expect(asked(path)).toBeUndefined();
  });

  it('handles a path and a header of a megabyte', () => {
    expect(asked(`/api/health/t${'/a'.repeat(500_000)}`)?.part).toHaveLength(500_000);
    expect(asked('/api/health/', `Bearer ${' '.repeat(1_000_000)}`)?.token).toBeUndefined();
    expect(asked('/api/health/', `Bearer x${' '.repeat(1_000_000)}y`)?.token).toBeUndefined();
  });
});
