/** Times of what was recorded, in words. */
import type { State } from '../../../history/sample.ts';
import { lengthText, minuteText, STATE_WORDS } from '../../history-words.ts';
import { raw } from '../markup.ts';
import type { Markup } from '../markup.ts';
import type { PastRow } from './rows.ts';

/** A time by the minute. The script shows it in the reader's zone. */
export function minute(at: number): Markup {
  return raw(`<time class="minute" datetime="${new Date(at).toISOString()}">${minuteText(at)}</time>`);
}

/**
 * `up for 3 days`, `down since 10:42, for 23 min`. What was not yet confirmed is said to be so. In maintenance, nothing
 * is confirmed until it ends: `down, in maintenance until 11:00`.
 *
 * @param now The state that the report shows.
 */
export function since({ standing, maintenanceEnd }: PastRow, now: State, at: number): Markup | undefined {
  if (maintenanceEnd !== undefined)
    return raw(`${STATE_WORDS[now]}, in maintenance until ${minute(maintenanceEnd).toString()}`);
  if (standing === undefined) return undefined;
  const { state, since: from } = standing;
  const length = lengthText(Math.max(0, at - from));
  const begin = state === 'up' ? 'up' : `${STATE_WORDS[state]} since ${minute(from).toString()},`;
  return raw(`${state === now ? '' : 'not confirmed yet; recorded as '}${begin} for ${length}`);
}
