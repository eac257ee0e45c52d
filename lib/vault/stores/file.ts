/**
 * A folder as a vault: one `<namespace>.json`, `.jsonc`, `.yaml` or `.yml` each. The secrets that documents refer to
 * are files below the folder.
 */
import { randomUUID } from 'node:crypto';
import { constants, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AuthError, ConnectionError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { MAX_DOCUMENT_BYTES } from '../../document/json.ts';
import type { DocumentFormat } from '../../document/json.ts';
import type { Store, StoredDocument } from './store.ts';
import { NAMESPACE } from '../../document/tokens.ts';

const JSON_EXTENSION = '.json';

const FORMATS: Readonly<Record<string, DocumentFormat>> = {
  [JSON_EXTENSION]: 'json',
  '.jsonc': 'jsonc',
  '.yaml': 'yaml',
  '.yml': 'yaml',
};

/** The extensions of documents. If a namespace has several files, the first of these counts. */
export const EXTENSIONS: readonly string[] = Object.keys(FORMATS);

/** A secret's name: a path below the folder. No part of it begins with a dot. */
const SECRET = /^(?!\.)[\w+=@.!-]+(?:\/(?!\.)[\w+=@.!-]+)*$/;

/** @param folder Path of the folder. It is created when the first document is written. */
export function fileStore(folder: string): Store {
  const location = `file:${folder}`;

  const readText = (name: string) => readFileOf(folder, name);

  /** The files of a namespace, the one that counts first. */
  const filesOf = async (namespace: string): Promise<string[]> => {
    const files = EXTENSIONS.map((extension) => namespace + extension);
    const found = await Promise.all(files.map((file) => stampOf(join(folder, file))));
    return files.filter((_file, index) => found[index] !== MISSING);
  };

  const readDocument = async (namespace: string): Promise<StoredDocument | undefined> => {
    const [file = namespace + JSON_EXTENSION, ...others] = await filesOf(namespace);
    const text = await readText(file);
    if (text === undefined) return undefined;
    const problems = others.map((other) => ({ path: '', message: `${other} is ignored, since ${file} exists` }));
    return { text, format: formatOf(file), problems, file: join(folder, file) };
  };

  return {
    isRemote: false,
    location,
    readDocument,
    read: async (namespace) => (await readDocument(namespace))?.text,
    async stamp(of) {
      if ('secret' in of && !SECRET.test(of.secret)) return MISSING;
      const files =
        'secret' in of ? [of.secret + JSON_EXTENSION, of.secret] : EXTENSIONS.map((end) => of.namespace + end);
      return (await Promise.all(files.map((file) => stampOf(join(folder, file))))).join();
    },
    async readSecret(name) {
      if (!SECRET.test(name)) return undefined;
      return (await readText(name + JSON_EXTENSION)) ?? readText(name);
    },
    async list() {
      const files = await readdir(folder).catch((error: unknown) => {
        throw fileError(error, location);
      });
      const names = files
        .filter((file) => EXTENSIONS.includes(extname(file)))
        .map((file) => basename(file, extname(file)))
        .filter((name) => NAMESPACE.test(name));
      return [...new Set(names)];
    },
    async write(namespace, text) {
      const [file = namespace + JSON_EXTENSION] = await filesOf(namespace);
      const path = join(folder, file);
      const temporary = join(folder, `.${namespace}.${randomUUID()}`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(temporary, text, { mode: 0o600 });
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined); // the first error tells more
        throw fileError(error, location);
      }
    },
  };
}

/** Undefined if there is no such file. If the folder is missing, the vault cannot be read, which is an error. */
export async function readFileOf(folder: string, name: string): Promise<string | undefined> {
  const location = `file:${folder}`;
  try {
    return await readBounded(join(folder, name));
  } catch (error) {
    if (!isMissing(error)) throw fileError(error, `${location}/${name}`);
  }
  await stat(folder).catch((error: unknown) => {
    throw fileError(error, location);
  });
  return undefined;
}

/** The syntax of a document, by the extension of its file; JSON unless it is a known one. */
export function formatOf(file: string): DocumentFormat {
  return FORMATS[extname(file).toLowerCase()] ?? 'json';
}

const MISSING = '';

/** Changes when the file does: editors replace a file, or write to it. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [ino, size, mtimeNs].join(':');
  } catch (error) {
    return isMissing(error) ? MISSING : (codeOf(error) ?? 'unknown');
  }
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
