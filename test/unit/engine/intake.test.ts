import { describe, expect, it } from 'vitest';
import { CheckIntake, Hold, RunIntake } from '../../../lib/engine/intake.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Connections of one run, and which of them were told to ask again. */
async function connections(...names: readonly string[]) {
  const retried: string[] = [];
  const check = new CheckIntake(new RunIntake());
  let holds: readonly Hold[] = [];
  let end: () => void = () => undefined;
  const running = check.during(async () => {
    holds = names.map((name) => new Hold(() => retried.push(name)));
    await new Promise<void>((resolve) => (end = resolve));
  });
  await Promise.resolve();
  return {
    holds,
    retried,
    end: async () => {
      end();
      await running;
    },
  };
}

describe('the connections of a run', () => {
  it('are all read while together they hold little', async () => {
    const { holds } = await connections('one', 'two', 'three');
    expect(holds.map((hold) => hold.admits(MIB / 2))).toEqual([true, true, true]);
  });

  it('are all read as far as a usual answer goes, whatever the others hold', async () => {
    const { holds } = await connections('large', 'small');
    expect(holds[0]?.admits(2 * MIB)).toBe(true);
    expect(holds[1]?.admits(16 * KIB)).toBe(true);
  });

  it('are read one after another when together they hold too much', async () => {
    const { holds, retried } = await connections('one', 'two', 'three');
    expect(holds.map((hold) => hold.admits(MIB - KIB))).toEqual([true, true, false]);
    expect(retried).toEqual(['three']);
    expect(holds.map((hold) => hold.admits(MIB))).toEqual([false, false, true]);
    expect(retried).toEqual(['three']);
    holds[2]?.release();
    expect(retried).toHaveLength(2);
  });

  it('always go on with one of them, also when the others leave a little less than it wants', async () => {
    const { holds, retried } = await connections('one', 'two', 'three');
    expect(holds.map((hold) => hold.admits(680 * KIB))).toEqual([true, true, true]);
    expect(holds[0]?.admits(16 * KIB)).toBe(false);
    expect(retried).toEqual(['one']);
    expect(holds[1]?.admits(16 * KIB)).toBe(false);
    expect(holds[0]?.admits(16 * KIB)).toBe(true);
    holds[0]?.release();
    expect(retried).toEqual(['one', 'two']);
    expect(holds[1]?.admits(16 * KIB)).toBe(true);
  });

  it('hold nothing any more when their check has ended', async () => {
    const { holds, end } = await connections('one', 'two');
    expect(holds.map((hold) => hold.admits(MIB))).toEqual([true, true]);
    expect(holds[0]?.admits(MIB)).toBe(false);
    await end();
    expect(holds[0]?.admits(MIB)).toBe(true);
  });

  it('do not count for the connections of another run', async () => {
    const [first, second] = [await connections('one'), await connections('two')];
    expect(first.holds[0]?.admits(2 * MIB)).toBe(true);
    expect(second.holds[0]?.admits(2 * MIB)).toBe(true);
  });
});
