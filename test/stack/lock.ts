/** A lock between processes: a file with the id of the process that holds it. */
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const ASK_EVERY_MS = 500;

/**
 * Does the work while it holds the lock, so that no other process does the same. Takes over the lock of a process that
 * is gone.
 *
 * @throws Error that names the file, if another process holds the lock for longer than `limitMs`.
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
    else if (Date.now() > giveUpAt) throw new Error(`process ${String(holder)} has held ${file} for too long`);
    else await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * The id of the running process that holds the lock, or -1 if it belongs to another user. Undefined if there is no such
 * process.
 */
function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // EPERM: the process runs, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? -1 : undefined;
  }
}
