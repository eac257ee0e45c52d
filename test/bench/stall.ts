/** Measures for how long everything else in this process must wait. */

/**
 * Looks every millisecond how long the event loop was busy. On a busy machine, what other processes take does not
 * count: a wait is no longer than the processor time that this process used meanwhile.
 *
 * @returns A function that ends the measurement and returns the longest wait, in milliseconds.
 */
export function watchStalls(): () => number {
  let longest = 0;
  let last = performance.now();
  let used = process.cpuUsage();
  const look = (): void => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(used);
    longest = Math.max(longest, Math.min(now - last, (user + system) / 1000));
    last = now;
    used = process.cpuUsage();
  };
  const timer = setInterval(look, 1);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}
