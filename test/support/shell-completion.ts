/** Real shells that complete command lines, as the Tab key would. */
import { runProgram } from './cli.ts';
import { temporaryFolder } from './temporary.ts';

/** A program for each shell. It gets the script of the completion, and then lines, and prints what the shell offers. */
const DRIVERS: Readonly<Record<string, { readonly program: readonly string[]; readonly text: string }>> = {
  bash: {
    program: ['bash', '--norc'],
    // The variables are those that readline sets: it takes `=` for a word of its own. `-o default` is its as well.
    text: `eval "$(< "$1")"; shift
[[ $(complete -p healthgate) == 'complete -o default -F _healthgate healthgate' ]] || exit 1
for line; do
  read -ra COMP_WORDS <<< "\${line//=/ = }"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  _healthgate
  word=\${COMP_WORDS[COMP_CWORD]}
  (( \${#COMPREPLY[@]} )) || COMPREPLY=($(compgen -f -- "$word"))
  printf '%s\\n' "\${COMPREPLY[@]}" END
done`,
  },
  fish: {
    program: ['fish', '--no-config'],
    text: `source $argv[1]
for line in $argv[2..]
  complete -C $line | string replace -r '\\t.*' ''
  echo END
end`,
  },
  zsh: {
    program: ['zsh', '-f'],
    // The second zsh has a terminal. Its words go to a file, since the terminal shows them in columns.
    text: `zmodload zsh/zpty
script=$1 file=$1.words; shift
zpty shell zsh -f -i
zpty -w shell 'autoload -U compinit; compinit -D -u; eval "$(< '$script')"'
zpty -w shell 'compadd() { builtin compadd -A found "$@"; print -l -- $found >> '$file'; builtin compadd "$@" }'
zpty -w shell 'finish() { print END >> '$file'; BUFFER= }; zle -N finish; bindkey "^]" finish'
integer done=0
for line; do
  zpty -n -w shell $line$'\\t\\x1d'
  (( done += 1 ))
  while [[ ! -f $file || $(grep -c END $file) -lt $done ]]; do sleep 0.02; done
done
zpty -d shell
cat $file`,
  },
};

export const shellNames = Object.keys(DRIVERS);

/**
 * What a shell offers for each of the lines: words in alphabetical order, values without their option.
 *
 * @param script What `healthgate completion` printed.
 */
export async function complete(shell: string, script: string, lines: readonly string[]): Promise<string[][]> {
  const { program: [command = '', ...flags] = [], text } = DRIVERS[shell] ?? {};
  const folder = await temporaryFolder({ script, driver: text ?? '', 'pair.pem': '' });
  const { out, err } = await runProgram(command, [...flags, 'driver', `${folder.path}/script`, ...lines], {
    cwd: folder.path,
  });
  await folder.remove();
  if (err !== '') throw new Error(err);
  return out
    .split('END\n')
    .slice(0, -1)
    .map((block) =>
      [
        ...new Set(
          block
            .split('\n')
            .filter((line) => line !== '')
            .map((word) => word.replace(/^--\w+=/, '')),
        ),
      ].sort(),
    );
}
