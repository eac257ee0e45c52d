/** Opens LMDB once for each folder, since a process that opened one to read it cannot open it again to write it. */
import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { open, RootDatabase } from 'lmdb';
import { codeOf } from '../errors.ts';

/** The package, which is loaded by whoever needs it. */
interface Lmdb {
  readonly open: typeof open;
}

export type Entries = RootDatabase<Buffer>;

export interface Environment {
  readonly db: Entries;
  release(): Promise<void>;
}

interface Shared {
  readonly db: Entries;
  users: number;
  closing?: Promise<void>;
}

const opened = new Map<string, Shared>();

export async function openEnvironment(folder: string, lmdb: Lmdb): Promise<Environment> {
  const path = resolve(folder);
  const readOnly = await isReadOnly(path);
  // LMDB would let everybody read it. Errors of servers name addresses. A folder that exists keeps its mode.
  if (!readOnly) await mkdir(path, { recursive: true, mode: 0o700 });
  for (let last = opened.get(path); last?.closing !== undefined; last = opened.get(path)) await last.closing;
  const shared = opened.get(path) ?? { db: openNow(path, lmdb, readOnly), users: 0 };
  opened.set(path, shared);
  shared.users += 1;
  return { db: shared.db, release: () => release(path, shared) };
}

function openNow(path: string, lmdb: Lmdb, readOnly: boolean): Entries {
  // Without overlapping: a write is acknowledged when it has reached the disk.
  const settings = { encoding: 'binary', useVersions: true, overlappingSync: false, noSubdir: false } as const;
  // Without batches of a turn: on a full disk, each rejects a promise that nobody has, which ends the process.
  return lmdb.open<Buffer>(path, { ...settings, eventTurnBatching: false, readOnly });
}

async function release(path: string, shared: Shared): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0) return;
  shared.closing = shared.db.close().finally(() => opened.delete(path));
  await shared.closing;
}

/** Whether this process may not write it, and can open it only to read it. */
async function isReadOnly(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => false,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  );
}
