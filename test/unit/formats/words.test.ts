import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../lib/engine/types.ts';
import { statusText } from '../../../lib/formats/words.ts';

const error = { code: 'UnhealthyError', message: 'bad' } as const;
const status = (...causes: readonly Cause[]) => statusText({ error, causes });

describe('statusText', () => {
  it('is working without an error', () => {
    expect(statusText({ causes: [] })).toBe('working');
  });

  it('names the check on which a failure rests', () => {
    expect(status({ path: 'c' })).toBe('UnhealthyError: bad (it depends on c, which does not work)');
  });

  it('names three such checks and counts the others', () => {
    expect(status(...['c1', 'c2', 'c3', 'c4', 'c5'].map((path) => ({ path })))).toBe(
      'UnhealthyError: bad (it depends on c1 and c2 and c3 and 2 more, which do not work)',
    );
  });

  it('names the address that other failing checks need too', () => {
    expect(status({ address: 'a.example:1', others: 3 })).toBe(
      'UnhealthyError: bad (like 3 others that need a.example:1)',
    );
    expect(status({ address: 'a.example:1', others: 1 })).toBe(
      'UnhealthyError: bad (like 1 other that needs a.example:1)',
    );
  });

  it('stays on one line even with control characters in the name of a cause', () => {
    const name = 'x\r\ninjected: working\u001b[2J\u202e';
    expect(status({ path: name }) + status({ address: name, others: 2 })).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
