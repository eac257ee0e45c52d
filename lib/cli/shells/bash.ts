import { quoted } from './completed.ts';
import type { Completed, Shell } from './completed.ts';

/** Also for bash 3.2, which macOS has. Where no word is known, bash completes files. */
export const bash: Shell = (commands) => `_healthgate() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=''
  # To bash, --format=text is three words.
  if [ "$word" = '=' ]; then word=''
  elif [ "$before" = '=' ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case "$COMP_CWORD \${COMP_WORDS[1]} $before $word" in
    '1 '*) words=${quoted(commands.map(({ name }) => name).join(' '))} ;;
${commands.flatMap(cases).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _healthgate healthgate
`;

function cases({ name, options, positional }: Completed): string[] {
  return [
    ...options
      .filter(({ takesValue }) => takesValue)
      .map((option) => branch(`' ${name} ${option.name} '*`, option.words)),
    branch(
      `' ${name} '*' -'*`,
      options.map((option) => option.name),
    ),
    branch(`' ${name} '*`, positional.words),
  ];
}

function branch(pattern: string, words: readonly string[]): string {
  return `    *${pattern}) words=${quoted(words.join(' '))} ;;`;
}
