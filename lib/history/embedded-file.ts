/** Looks at the file of LMDB before LMDB does: it ends the whole process where the file is not its own. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.ts';

/** The number, and the version of the format, that LMDB's first page has after its own header. */
const MAGIC = Buffer.from('dec0efbe02000000', 'hex');
const MAGIC_AT = 24;
/** Each of the first two pages tells, after that number, the size of a page, the last page in use, and its own age. */
const PAGE_SIZE_AT = MAGIC_AT + 24;
const LAST_PAGE_AT = MAGIC_AT + 120;
const AGE_AT = LAST_PAGE_AT + 8;
const HEAD = AGE_AT + 8;

/** @returns Whether there is nothing yet, a file of LMDB, or another file. */
export async function fileIn(folder: string): Promise<'nothing' | 'history' | 'other'> {
  let file;
  try {
    file = await open(join(folder, 'data.mdb'));
    if ((await file.stat()).size === 0) return 'nothing';
    return (await isWhole(file)) ? 'history' : 'other';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing';
    throw error;
  } finally {
    await file?.close();
  }
}

/** Whether it has all pages that are in use. LMDB ends the process where it reads beyond the end of the file. */
async function isWhole(file: FileHandle): Promise<boolean> {
  const first = await headAt(file, 0);
  if (first === undefined) return false;
  const pageSize = first.readUInt32LE(PAGE_SIZE_AT);
  const second = await headAt(file, pageSize);
  if (second === undefined) return false;
  const latest = first.readBigUInt64LE(AGE_AT) > second.readBigUInt64LE(AGE_AT) ? first : second;
  // After the pages are read: another process may be writing, and the file only grows.
  const { size } = await file.stat();
  return BigInt(size) >= (latest.readBigUInt64LE(LAST_PAGE_AT) + 1n) * BigInt(pageSize);
}

/** @returns Undefined if LMDB did not write this page. */
async function headAt(file: FileHandle, position: number): Promise<Buffer | undefined> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD), 0, HEAD, position);
  const isOwn = bytesRead === HEAD && buffer.subarray(MAGIC_AT, MAGIC_AT + MAGIC.length).equals(MAGIC);
  return isOwn ? buffer : undefined;
}
