/** Options that mean something only with others, or without them: none is accepted and then ignored. */
import { UsageError } from './command.ts';
import type { Command, Input, Option } from './command.ts';

/** @throws UsageError for an option that would have no effect. It says where the option belongs. */
export function refuseUseless({ arguments: [first], options }: Command, { positionals, values }: Input): void {
  const given = Object.keys(options).filter((name) => values[name] !== undefined && values[name] !== false);
  const [action = ''] = positionals;
  const present = new Set([...given.map((name) => `--${name}`), action]);
  // What is wrong with an unknown first argument is for the command to say.
  const isKnown = (other: string) => other.startsWith('--') || first?.words?.includes(action) === true;
  for (const name of given) {
    const { onlyWith = [], notWith = [] }: Option = options[name] ?? { type: 'boolean', help: '' };
    const isMisplaced = onlyWith.length > 0 && onlyWith.every((other) => isKnown(other) && !present.has(other));
    if (isMisplaced) throw new UsageError(`--${name}: only with ${onlyWith.join(' or ')}`);
    const obstacle = notWith.find((other) => present.has(other));
    if (obstacle !== undefined) throw new UsageError(`--${name}: not with ${obstacle}`);
  }
}
