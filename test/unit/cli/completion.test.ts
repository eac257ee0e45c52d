import { expect, it } from 'vitest';
import { UsageError } from '../../../lib/cli/command.ts';
import { commands } from '../../../lib/cli/commands.ts';
import { completionOf } from '../../../lib/cli/completion.ts';
import { inputOf, recordingTerminal } from '../../support/terminal.ts';

it.each([
  [[], 'for which shell? bash, zsh, fish'],
  [['bsh'], 'no shell "bsh"; did you mean bash?'],
  [['powershell'], 'no shell "powershell"; expected bash, zsh, fish'],
  [['constructor'], 'no shell "constructor"; expected bash, zsh, fish'],
  [['bash', 'zsh'], 'expected one shell'],
])('healthgate completion refuses the arguments %j: %s', async (args, message) => {
  const terminal = recordingTerminal();
  await expect(completionOf(commands).run(inputOf(args), terminal)).rejects.toThrow(new UsageError(message));
  expect(terminal.written()).toBe('');
});
