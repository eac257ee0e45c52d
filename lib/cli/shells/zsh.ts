import { quoted } from './completed.ts';
import type { Completed, Value, Shell } from './completed.ts';

/** https://zsh.sourceforge.io/Doc/Release/Completion-System.html#index-_005farguments */
export const zsh: Shell = (commands) => `#compdef healthgate
_healthgate() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${escaped(summary)}`)}\n`).join('')}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${commands.map(branch).join('')}  esac
}
# zsh runs the file where it lies on fpath; otherwise, it is read by eval.
if [[ $funcstack[1] == _healthgate ]]; then _healthgate "$@"; else compdef _healthgate healthgate; fi
`;

function branch({ name, options, positional }: Completed): string {
  const specs = [
    ...options.map((option) => {
      const explained = `[${escaped(option.help)}]`;
      return option.takesValue ? `${option.name}=${explained}${valuesOf(option)}` : `${option.name}${explained}`;
    }),
    ...(positional.name === '' ? [] : [`*${valuesOf(positional)}`]),
  ];
  return `    ${name}) _arguments ${specs.map(quoted).join(' ')} ;;\n`;
}

/** What the value is, and what completes it. */
function valuesOf({ name, words, isFile }: Value): string {
  return `:${escaped(name)}:${isFile ? '_files' : `(${words.join(' ')})`}`;
}

function escaped(text: string): string {
  return text.replace(/[\\:[\]]/g, '\\$&');
}
