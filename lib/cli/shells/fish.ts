import { quoted } from './completed.ts';
import type { Completed, Value, Shell } from './completed.ts';

/** https://fishshell.com/docs/current/completions.html */
export const fish: Shell = (commands) =>
  [
    'complete -c healthgate -f',
    ...commands.map(
      ({ name, summary }) => `complete -c healthgate -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    ...commands.flatMap(linesOf),
    '',
  ].join('\n');

function linesOf({ name, options, positional }: Completed): string[] {
  const start = `complete -c healthgate -n '__fish_seen_subcommand_from ${name}'`;
  return [
    ...(positional.name === '' ? [] : [`${start} ${valuesOf(positional)}`]),
    ...options.map((option) => {
      const value = option.takesValue ? ` --require-parameter ${valuesOf(option)}` : '';
      return `${start} -l ${option.name.slice(2)}${value} -d ${quoted(option.help)}`;
    }),
  ];
}

function valuesOf({ words, isFile }: Value): string {
  return isFile ? '--force-files' : `--no-files -a ${quoted(words.join(' '))}`;
}
