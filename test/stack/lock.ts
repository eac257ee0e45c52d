/** A lock between processes: a file that holds the id of the process that made it. */
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const ASK_EVERY_MS = 500;

/**
 * Does the work while no other process does it. A lock whose process is gone is taken over.
 *
 * @throws Error that names the file where another process holds it for longer than `limitMs`.
 */
export async function withLock<T>(file: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const giveUpAt = Date.now() + limitMs;
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = holderOf(file);
    if (holder === undefined) await rm(file, { force: true });
    else if (Date.now() > giveUpAt) throw new Error(`process ${String(holder)} holds ${file} for too long`);
    else await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** The living process that holds the lock. */
function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? -1 : undefined;
  }
}
