/** The list that a terminal shows while checks run. */
import { oneLine } from '../errors.ts';
import { leavesOf, pathKey } from '../engine/tree.ts';
import type { CheckResult, Part } from '../engine/types.ts';
import { MARKS } from './colours.ts';
import type { Paint } from './colours.ts';
import type { Terminal } from './command.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const REDRAW_MS = 100;

export interface LiveList {
  readonly show: (result: CheckResult) => void;
  readonly clear: () => void;
}

/**
 * Draws the checks of a part on standard error until it is cleared. If not all fit, those that fail come first, then
 * those that still run; the last line counts what is left out.
 */
export function liveList(part: Part, terminal: Terminal, paint: Paint): LiveList {
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
        mark:
          result === undefined ? (FRAMES[frame % FRAMES.length] ?? '') : paint(result.verdict, MARKS[result.verdict]),
      }));
    const room = Math.max(1, terminal.rows - 2);
    const shown = lines.length <= room ? lines : [...lines].sort(byInterest).slice(0, Math.max(1, room - 1));
    const hidden = lines.length - shown.length;
    const finished = String(lines.filter(({ result }) => result !== undefined).length);
    const more = hidden > 0 && room > 1 ? [`… and ${String(hidden)} more; ${finished} of ${lines.length} done`] : [];
    erase();
    const drawing = [...shown.map(({ mark, name }) => `${mark} ${name.slice(0, terminal.columns - 3)}`), ...more];
    terminal.err(drawing.map((line) => `${line}\n`).join(''));
    drawn = drawing.length;
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

interface Line {
  readonly result: CheckResult | undefined;
}

/** What fails, then what still runs, then what works. */
function byInterest(a: Line, b: Line): number {
  return rank(a) - rank(b);
}

function rank({ result }: Line): number {
  if (result === undefined) return 2;
  return { failing: 0, degraded: 1, working: 3 }[result.verdict];
}
