import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paintOf } from '../../../lib/cli/colours.ts';
import { liveList as coloured } from '../../../lib/cli/live.ts';
import { checkAt, groupOf } from '../../support/part.ts';
import { resultAt } from '../../support/reports.ts';
import { recordingTerminal } from '../../support/terminal.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const liveList = (part: Parameters<typeof coloured>[0], terminal: Parameters<typeof coloured>[1]) =>
  coloured(part, terminal, paintOf({ env: {}, isInteractive: true }, false));

const failing = { error: { code: 'UnhealthyError', message: 'bad' } } as const;
const tree = groupOf('', groupOf('cache', checkAt('cache/data'), checkAt('cache/pages')), checkAt('db'));

/** The lines that a terminal shows after all this was written to it, without colours. */
function screen(written: string): string[] {
  const lines: string[] = [];
  for (const [token, up] of written.matchAll(/\u001b\[(\d+)A\u001b\[J|[^\n]*\n/g)) {
    if (up !== undefined) lines.splice(lines.length - Number(up));
    else lines.push(token.replace(/\u001b\[\d+m/g, '').trimEnd());
  }
  return lines;
}

describe('liveList', () => {
  it('shows every check immediately, then its result, then nothing', async () => {
    const terminal = recordingTerminal();
    const { show, clear } = liveList(tree, terminal);
    expect(screen(terminal.writtenErr())).toEqual(['⠋ cache/data', '⠋ cache/pages', '⠋ db']);
    show(resultAt('db'));
    show(resultAt('cache/pages', failing));
    show(resultAt('cache/data', { ...failing, critical: false }));
    await vi.advanceTimersByTimeAsync(100);
    expect(screen(terminal.writtenErr())).toEqual(['! cache/data', '✗ cache/pages', '✓ db']);
    clear();
    expect(screen(terminal.writtenErr())).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('shows what fails first when not all checks fit, then what runs, and counts the others', async () => {
    const terminal = recordingTerminal({ rows: 4 });
    const { show, clear } = liveList(tree, terminal);
    expect(screen(terminal.writtenErr())).toEqual(['⠋ cache/data', '… and 2 more; 0 of 3 done']);
    show(resultAt('cache/data'));
    await vi.advanceTimersByTimeAsync(100);
    expect(screen(terminal.writtenErr())).toEqual(['⠙ cache/pages', '… and 2 more; 1 of 3 done']);
    show(resultAt('db', failing));
    await vi.advanceTimersByTimeAsync(100);
    expect(screen(terminal.writtenErr())).toEqual(['✗ db', '… and 2 more; 2 of 3 done']);
    clear();
  });

  it.each([0, 1, 2])('still shows something on %d rows', (rows) => {
    const terminal = recordingTerminal({ rows });
    liveList(tree, terminal).clear();
    expect(terminal.writtenErr()).toContain('cache/data');
  });

  it('keeps a name on one line that fits the terminal', () => {
    const terminal = recordingTerminal({ columns: 20 });
    liveList(groupOf('', checkAt(`x\n\u001b[2J${'y'.repeat(100)}`)), terminal).clear();
    const [line, ...more] = terminal.writtenErr().split('\n');
    expect(line).toHaveLength(19);
    expect(line).not.toContain('\u001b[2J');
    expect(more).toHaveLength(1);
  });

  it('shows a single check by its path', () => {
    const terminal = recordingTerminal();
    liveList(checkAt('cache/data'), terminal).clear();
    expect(terminal.writtenErr()).toContain('cache/data\n');
  });
});
