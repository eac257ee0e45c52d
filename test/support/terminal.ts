import type { Terminal } from '../../lib/cli/command.ts';

export interface RecordingTerminal extends Terminal {
  /** Everything that was written to standard output. */
  written(): string;
}

/** A terminal that is none: it keeps what is written to it. */
export function recordingTerminal({
  env = {},
  signal = new AbortController().signal,
}: Partial<Pick<Terminal, 'env' | 'signal'>> = {}): RecordingTerminal {
  let out = '';
  return {
    out: (text) => (out += text),
    err: () => undefined,
    isInteractive: false,
    rows: 24,
    columns: 80,
    env,
    signal,
    written: () => out,
  };
}
