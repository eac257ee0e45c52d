import { describe, expect, it } from 'vitest';
import type { Change } from '../../../lib/history/change.ts';
import { outagesOf } from '../../../lib/history/past-outages.ts';

const change = (path: string, to: Change['to'], since: number, overrides: Partial<Change> = {}): Change => ({
  id: `${path} ${to} ${String(since)}`,
  outage: 'o1',
  namespace: 'shop',
  path,
  from: to === 'up' ? 'down' : 'up',
  to,
  since,
  at: since + 1,
  causes: [],
  consequences: [],
  ...overrides,
});

describe('the outages that changes tell of', () => {
  it('have a cause, a duration, a message and what followed', () => {
    const changes = [
      change('rabbit', 'down', 10, { error: 'ConnectionError: refused', runbook: 'https://wiki.example/rabbit' }),
      change('celery', 'down', 11, { causes: [{ path: 'rabbit' }], error: 'TimeoutError: no answer' }),
      change('', 'down', 10, { causes: [{ path: 'rabbit' }] }),
      change('celery', 'up', 19),
      change('rabbit', 'up', 20),
      change('', 'up', 20),
    ];
    expect(outagesOf(changes)).toEqual([
      {
        id: 'o1',
        cause: { path: 'rabbit' },
        state: 'down',
        from: 10,
        to: 20,
        error: 'ConnectionError: refused',
        members: ['rabbit', 'celery'],
        consequences: ['celery'],
        runbook: 'https://wiki.example/rabbit',
      },
    ]);
  });

  it('are open while a check of theirs is not up, and told of once for each id', () => {
    const changes = [
      change('a', 'down', 10),
      change('b', 'degraded', 30, { outage: 'o2' }),
      change('a', 'up', 20),
      change('b', 'down', 40, { outage: 'o2', from: 'degraded' }),
    ];
    expect(outagesOf(changes).map(({ id, state, from, to }) => [id, state, from, to])).toEqual([
      ['o2', 'down', 30, undefined],
      ['o1', 'down', 10, 20],
    ]);
  });

  it('name the address that they came from, and all that need it', () => {
    const causes = [{ address: 'db.example:5432' }];
    const [outage] = outagesOf([change('a', 'down', 1, { causes }), change('b', 'down', 1, { causes })]);
    expect(outage).toMatchObject({ cause: { address: 'db.example:5432' }, consequences: ['a', 'b'] });
  });

  it('have no beginning if that is not among the changes', () => {
    const [outage] = outagesOf([change('a', 'up', 5, { from: 'degraded' })]);
    expect(outage).toMatchObject({ cause: { path: 'a' }, state: 'degraded', to: 5 });
    expect(outage).not.toHaveProperty('from');
  });

  it('are over if the memory says so, although their check left the document while it was down', () => {
    expect(outagesOf([change('a', 'down', 5)], new Set())).toMatchObject([{ from: 5, to: 6 }]);
    expect(outagesOf([change('a', 'down', 5)], new Set(['o1']))[0]).not.toHaveProperty('to');
  });

  it('are of the observer where it was cut off', () => {
    expect(outagesOf([change('', 'down', 5, { observer: true })])).toMatchObject([
      { cause: { path: '' }, observer: true, members: [] },
    ]);
  });
});
