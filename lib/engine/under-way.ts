/** How many runs are under way in this process. */
let count = 0;

export function runsUnderWay(): number {
  return count;
}

/** Counts a run while it lasts. */
export async function countingRun<T>(run: () => Promise<T>): Promise<T> {
  count += 1;
  try {
    return await run();
  } finally {
    count -= 1;
  }
}
