/** A folder as a vault: one `<namespace>.json` each. The secrets that documents refer to are files below the folder. */
import { randomUUID } from 'node:crypto';
import { constants, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuthError, ConnectionError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { MAX_DOCUMENT_BYTES } from '../../document/json.ts';
import type { Store } from './store.ts';
import { NAMESPACE } from '../../document/tokens.ts';

const EXTENSION = '.json';

/** A secret's name: a path below the folder. No part of it begins with a dot. */
const SECRET = /^(?!\.)[\w+=@.-]+(?:\/(?!\.)[\w+=@.-]+)*$/;

/** @param folder Path of the folder. It is created when the first document is written. */
export function fileStore(folder: string): Store {
  const location = `file:${folder}`;

  /** Undefined if there is no such file. If the folder is missing, the vault cannot be read, which is an error. */
  const readText = async (name: string): Promise<string | undefined> => {
    try {
      return await readBounded(join(folder, name));
    } catch (error) {
      if (!isMissing(error)) throw fileError(error, `${location}/${name}`);
    }
    await stat(folder).catch((error: unknown) => {
      throw fileError(error, location);
    });
    return undefined;
  };

  return {
    isRemote: false,
    location,
    read: (namespace) => readText(namespace + EXTENSION),
    async readSecret(name) {
      if (!SECRET.test(name)) return undefined;
      return (await readText(name + EXTENSION)) ?? readText(name);
    },
    async list() {
      const files = await readdir(folder).catch((error: unknown) => {
        throw fileError(error, location);
      });
      return files
        .filter((file) => file.endsWith(EXTENSION))
        .map((file) => file.slice(0, -EXTENSION.length))
        .filter((name) => NAMESPACE.test(name));
    },
    async write(namespace, text) {
      const path = join(folder, namespace + EXTENSION);
      const temporary = join(folder, `.${namespace}.${randomUUID()}`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(temporary, text, { mode: 0o600 });
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined); // the first error says more
        throw fileError(error, location);
      }
    },
  };
}

/** Reads at most one byte more than a document may have: enough for its reader to refuse it as too large. */
async function readBounded(path: string): Promise<string> {
  const { size } = await stat(path);
  // Opening a named pipe would otherwise block a thread until somebody writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(Math.min(size, MAX_DOCUMENT_BYTES + 1));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

function fileError(error: unknown, location: string): CheckError {
  const code = codeOf(error) ?? 'no code';
  if (code === 'EACCES' || code === 'EPERM')
    return new AuthError(`not allowed to access ${location}; see its permissions`);
  if (isMissing(error)) return new ConnectionError(`${location} does not exist`);
  if (code === 'EISDIR') return new UnhealthyError(`${location} is a folder, not a file`);
  return new UnhealthyError(`cannot access ${location}: ${code}`);
}
