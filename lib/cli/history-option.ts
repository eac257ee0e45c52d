import { historyNameIn } from '../compose.ts';
import { HISTORY_FORMS } from '../history/open.ts';
import { stringOf } from './command.ts';
import type { Input, Option, Terminal } from './command.ts';

const DEFAULT_HISTORY = 'history';

export const historyOption = {
  history: {
    type: 'string',
    value: 'HISTORY',
    help: `${HISTORY_FORMS};\notherwise HEALTHGATE_HISTORY, otherwise the folder ${DEFAULT_HISTORY}`,
  },
} as const satisfies Readonly<Record<string, Option>>;

/** The history that the option or the environment names; undefined if neither does. */
export function namedHistory(input: Input, terminal: Terminal): string | undefined {
  return stringOf(input, 'history') ?? historyNameIn(terminal.env);
}

/** That history, or the default one. */
export function historyName(input: Input, terminal: Terminal): string {
  return namedHistory(input, terminal) ?? DEFAULT_HISTORY;
}
