import { didYouMean } from '../did-you-mean.ts';
import { EXIT, UsageError } from './command.ts';
import type { Command, CommandEntry } from './command.ts';
import { bash } from './shells/bash.ts';
import { completedOf } from './shells/completed.ts';
import type { Shell } from './shells/completed.ts';
import { fish } from './shells/fish.ts';
import { zsh } from './shells/zsh.ts';

const shells = new Map<string, Shell>(Object.entries({ bash, zsh, fish }));
const names = [...shells.keys()];

/** @param entries All commands, this one among them. */
export function completionOf(entries: readonly CommandEntry[]): Command {
  return {
    arguments: [{ name: 'SHELL', help: names.join(', '), words: names }],
    options: {},
    notes: `Completes commands, options, and the values that are known, such as formats and kinds of check.
In ~/.bashrc:                     eval "$(healthgate completion bash)"
In ~/.zshrc, after compinit:      eval "$(healthgate completion zsh)"
In ~/.config/fish/config.fish:    healthgate completion fish | source`,
    example: 'healthgate completion bash',

    async run({ positionals }, terminal) {
      const [name, ...more] = positionals;
      if (name === undefined) throw new UsageError(`for which shell? ${names.join(', ')}`);
      if (more.length > 0) throw new UsageError('expected one shell');
      const shell = shells.get(name);
      if (shell === undefined) {
        const hint = didYouMean(name, names);
        throw new UsageError(`no shell ${JSON.stringify(name)}${hint || `; expected ${names.join(', ')}`}`);
      }
      const commands = entries.map(async (entry) => completedOf(entry, await entry.load()));
      terminal.out(shell(await Promise.all(commands)));
      return EXIT.ok;
    },
  };
}
