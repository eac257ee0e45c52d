import type { Input, Terminal } from '../../lib/cli/command.ts';

export interface RecordingTerminal extends Terminal {
  /** Everything that was written to standard output. */
  written(): string;
  /** Everything that was written to standard error. */
  writtenErr(): string;
}

/** A stand-in for a terminal that records what is written to it. */
export function recordingTerminal(overrides: Partial<Terminal> = {}): RecordingTerminal {
  let out = '';
  let err = '';
  return {
    out: (text) => (out += text),
    err: (text) => (err += text),
    isInteractive: false,
    rows: 24,
    columns: 80,
    env: {},
    signal: new AbortController().signal,
    written: () => out,
    writtenErr: () => err,
    ...overrides,
  };
}

/** Arguments after parsing. */
export function inputOf(positionals: readonly string[], values: Input['values'] = {}): Input {
  return { positionals, values };
}
