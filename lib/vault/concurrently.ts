/**
 * Works on all items, a few of them at a time, in their order. Begins no further one once the signal is aborted or one of
 * them has failed.
 *
 * @param limit How many at a time.
 * @throws Whatever the first that fails throws.
 */
export async function concurrently<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items].reverse();
  const workOn = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined && !signal.aborted; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, workOn)).finally(() => (waiting.length = 0));
}
