/** Fails each test of the file that leaves a rejection unhandled, once real time is back. */
import { afterEach, beforeEach, expect, vi } from 'vitest';

export function expectNoUnhandledRejection(): void {
  const rejections: unknown[] = [];
  const collect = (reason: unknown) => rejections.push(reason);
  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', collect);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', collect);
    expect(rejections).toEqual([]);
  });
}
