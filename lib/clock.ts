/**
 * Whether a time was less than so many milliseconds ago. One that has not come yet was not: the clock was set back, and
 * what is kept for a time would be kept until then.
 */
export function isRecent(at: number, withinMs: number, now: number): boolean {
  return at <= now && now - at < withinMs;
}
