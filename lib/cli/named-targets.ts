/** The targets that `--target` names, by their type or by their own name. */
import { didYouMean } from '../did-you-mean.ts';
import type { Target } from '../notify/target.ts';
import { targetTypes } from '../notify/types.ts';
import { UsageError } from './command.ts';

export const TARGET_WORDS: readonly string[] = targetTypes.map(({ type }) => type);

/** @throws UsageError if there is none. */
export function namedTargets(wanted: string, targets: readonly Target[]): readonly Target[] {
  const found = targets.filter(({ type, rule }) => type === wanted || rule.target === wanted);
  if (found.length > 0) return found;
  const known = [...new Set(targets.map(({ type }) => type)), ...targets.map(({ rule }) => rule.target)];
  const hint = didYouMean(wanted, known) || `; there is ${known.join(', ') || 'none'}`;
  throw new UsageError(`--target: no target ${JSON.stringify(wanted)}${hint}`);
}

/**
 * One that takes notices of outages. What gets beats is told how things are, not what has happened.
 *
 * @throws UsageError if there is none, or several.
 */
export function namedTarget(wanted: string, targets: readonly Target[]): Target {
  const [target, ...others] = namedTargets(
    wanted,
    targets.filter(({ rule }) => !rule.every),
  );
  if (target !== undefined && others.length === 0) return target;
  const names = [target, ...others].map((one) => one?.rule.target ?? '');
  throw new UsageError(`--target: which one? ${names.join(', ')}`);
}
