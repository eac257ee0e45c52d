/** Looks at the file of LMDB before LMDB does: it ends the whole process where the file is not its own. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.ts';

/** The number, and the version of the format, that LMDB's first page has after its own header. */
const MAGIC = Buffer.from('dec0efbe02000000', 'hex');
const MAGIC_AT = 24;

/** @returns Whether there is nothing yet, a file of LMDB, or another file. */
export async function fileIn(folder: string): Promise<'nothing' | 'history' | 'other'> {
  let file;
  try {
    file = await open(join(folder, 'data.mdb'));
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, MAGIC_AT);
    const { size } = await file.stat();
    if (size === 0) return 'nothing';
    return bytesRead === MAGIC.length && buffer.equals(MAGIC) ? 'history' : 'other';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing';
    throw error;
  } finally {
    await file?.close();
  }
}
