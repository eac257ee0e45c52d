/** Times of what was recorded, in words. */
import type { State } from '../../../history/sample.ts';
import { lengthText, minuteText, STATE_WORDS } from '../../history-words.ts';
import { markup } from '../markup.ts';
import type { Markup } from '../markup.ts';
import type { PastRow } from './rows.ts';

/** A time by the minute. The script shows it in the reader's zone. */
export function minute(at: number): Markup {
  return markup`<time class="minute" datetime="${new Date(at).toISOString()}">${minuteText(at)}</time>`;
}

/**
 * `Up for 3 days`, `Down since 10:42, for 23 min`. What was not yet confirmed is said to be so.
 *
 * @param now The state that the report shows.
 */
export function since({ standing }: PastRow, now: State, at: number): Markup | undefined {
  if (standing === undefined) return undefined;
  const { state, since: from } = standing;
  const length = lengthText(Math.max(0, at - from));
  const words =
    state === 'up' ? markup`up for ${length}` : markup`${STATE_WORDS[state]} since ${minute(from)}, for ${length}`;
  return state === now ? words : markup`not confirmed yet; recorded as ${words}`;
}
