import { describe, expect, it } from 'vitest';
import { outagesIn } from '../../../lib/engine/outages.ts';
import { groupResult, resultAt } from '../../support/reports.ts';

const error = { code: 'ConnectionError', message: 'refused' } as const;
const broker = { address: 'broker:5672', others: 2 } as const;

function told(...results: readonly ReturnType<typeof resultAt>[]) {
  return outagesIn(groupResult('', ...results)).map(({ cause, verdict, teller, consequences }) => [
    cause,
    verdict,
    teller.path.join('/'),
    consequences.map(({ path }) => path.join('/')),
  ]);
}

describe('outagesIn', () => {
  it('finds none where everything works', () => {
    expect(told(resultAt('a'), resultAt('b/c'))).toEqual([]);
  });

  it('takes a failure that nothing explains as an outage of its own', () => {
    expect(told(resultAt('a/b', { error }), resultAt('c'))).toEqual([[{ path: 'a/b' }, 'failing', 'a/b', []]]);
  });

  it('tells what depends on a failing check as its consequences', () => {
    const causes = [{ path: 'cache' }];
    expect(told(resultAt('app', { error, causes }), resultAt('cache', { error }))).toEqual([
      [{ path: 'cache' }, 'failing', 'cache', ['app']],
    ]);
  });

  it('puts together what blames the same address, and lets a critical check tell it', () => {
    const first = resultAt('optional', { error, critical: false, causes: [broker] });
    const rest = ['ping', 'queue'].map((path) => resultAt(path, { error, causes: [broker] }));
    expect(told(first, ...rest)).toEqual([[{ address: 'broker:5672' }, 'failing', 'ping', ['optional', 'queue']]]);
  });

  it('counts what depends on one of these to the same outage', () => {
    const rest = ['ping', 'queue'].map((path) => resultAt(path, { error, causes: [broker] }));
    const causes = [{ path: 'ping' }, { path: 'queue' }];
    expect(told(...rest, resultAt('orders', { error, causes }))).toEqual([
      [{ address: 'broker:5672' }, 'failing', 'ping', ['queue', 'orders']],
    ]);
  });

  it('keeps a cause that lies outside the part that was run', () => {
    expect(told(resultAt('app', { error, causes: [{ path: 'cache' }] }))).toEqual([
      [{ path: 'cache' }, 'failing', 'app', []],
    ]);
  });

  it('names the worst outage first, and of equal ones the one with the most consequences', () => {
    const optional = resultAt('optional', { error, critical: false });
    const alone = resultAt('alone', { error });
    const causes = [{ path: 'cache' }];
    expect(
      told(optional, alone, resultAt('app', { error, causes }), resultAt('cache', { error })).map((o) => o[0]),
    ).toEqual([{ path: 'cache' }, { path: 'alone' }, { path: 'optional' }]);
  });
});
