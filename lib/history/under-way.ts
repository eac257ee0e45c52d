/** What a window of maintenance is about, and whether it is under way. Pure, and without how windows are read. */
import type { Window } from './maintenance-rules.ts';
import { covers } from './notices.ts';

/** Whether a window is about the check or the group at this path. The whole namespace's path is empty. */
export function concerns({ checks }: Pick<Window, 'checks'>, path: string): boolean {
  return covers({ for: checks }, path);
}

/**
 * When the maintenance of this path ends that is under way: the latest end, where there are several windows.
 *
 * @param at Milliseconds since 1970, as the result is.
 * @returns Undefined if none is under way.
 */
export function maintenanceEnd(windows: readonly Window[], path: string, at: number): number | undefined {
  const own = windows.filter((window) => window.from <= at && at < window.to && concerns(window, path));
  return own.length === 0 ? undefined : Math.max(...own.map(({ to }) => to));
}
