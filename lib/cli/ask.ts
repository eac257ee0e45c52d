import { createInterface } from 'node:readline/promises';

/** Asks on the terminal. An end of the input, or Ctrl-C, counts as an empty answer. */
export async function askOnTerminal(question: string, signal: AbortSignal, stop: () => void): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal is in raw mode meanwhile, so that Ctrl-C is no signal.
  lines.once('SIGINT', stop);
  try {
    const closed = new Promise<string>((resolve) => {
      lines.once('close', () => {
        resolve('');
      });
    });
    return await Promise.race([lines.question(question, { signal }), closed]);
  } catch (error) {
    if (signal.aborted) return '';
    throw error;
  } finally {
    lines.close();
  }
}
