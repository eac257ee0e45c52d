/** Shows the progress of long steps: with a running clock on a terminal, with plain lines elsewhere. */

const TICK_MS = 1000;
/** How often a plain line says that a step still runs. Build servers end a job that prints nothing for a long time. */
const STILL_RUNNING_MS = 20_000;

/** Runs a step, shows on standard output how long it takes, and returns what the step returns. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const { stdout } = process;
  const start = performance.now();
  const elapsed = () => `${((performance.now() - start) / 1000).toFixed(stdout.isTTY ? 0 : 1)} s`;
  const show = () => stdout.write(stdout.isTTY ? `\r\u001b[K  … ${title} ${elapsed()}` : `… ${title} ${elapsed()}\n`);
  show();
  const timer = setInterval(show, stdout.isTTY ? TICK_MS : STILL_RUNNING_MS);
  let mark = '✗';
  try {
    const result = await work();
    mark = '✓';
    return result;
  } finally {
    clearInterval(timer);
    stdout.write(`${stdout.isTTY ? '\r\u001b[K  ' : ''}${mark} ${title} ${elapsed()}\n`);
  }
}
