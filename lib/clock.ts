/**
 * Whether a time was less than so many milliseconds ago. One that has not come yet was not: the clock was ahead then, or
 * was set back since, and what was kept from that time would be kept for as long.
 */
export function isRecent(at: number, withinMs: number, now: number): boolean {
  return at <= now && now - at < withinMs;
}
