/** The list that a terminal shows while checks run. */
import { oneLine } from '../errors.ts';
import { leavesOf, pathKey } from '../engine/tree.ts';
import type { CheckResult, Part } from '../engine/types.ts';
import type { Terminal } from './command.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const MARKS = {
  working: '\u001b[32m✓\u001b[0m',
  degraded: '\u001b[33m!\u001b[0m',
  failing: '\u001b[31m✗\u001b[0m',
} as const;
const REDRAW_MS = 100;

export interface LiveList {
  readonly show: (result: CheckResult) => void;
  readonly clear: () => void;
}

/** Draws the checks of a part on standard error until it is cleared. If not all fit, those that work are left out. */
export function liveList(part: Part, terminal: Terminal): LiveList {
  const checks = leavesOf(part);
  const results = new Map<string, CheckResult>();
  let frame = 0;
  let drawn = 0;

  const erase = () => {
    if (drawn > 0) terminal.err(`\u001b[${String(drawn)}A\u001b[J`);
    drawn = 0;
  };
  const draw = () => {
    const lines = checks
      .map((check) => ({ name: oneLine(pathKey(check.path)) || check.kind, result: results.get(pathKey(check.path)) }))
      .map(({ name, result }) => ({
        name,
        result,
        mark: result === undefined ? (FRAMES[frame % FRAMES.length] ?? '') : MARKS[result.verdict],
      }));
    const room = Math.max(1, terminal.rows - 2);
    const shown =
      lines.length <= room ? lines : lines.filter(({ result }) => result?.verdict !== 'working').slice(0, room);
    erase();
    terminal.err(shown.map(({ mark, name }) => `${mark} ${name.slice(0, terminal.columns - 3)}\n`).join(''));
    drawn = shown.length;
    frame += 1;
  };
  const timer = setInterval(draw, REDRAW_MS);
  draw();
  return {
    show: (result) => void results.set(pathKey(result.path), result),
    clear: () => {
      clearInterval(timer);
      erase();
    },
  };
}
