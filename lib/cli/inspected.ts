/** Inspects the documents that a command line names: files, folders and vaults. */
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { text } from 'node:stream/consumers';
import { environmentOf } from '../document/environment.ts';
import { inspectDocument } from '../document/inspect.ts';
import type { Inspection } from '../document/inspect.ts';
import { MAX_DOCUMENT_BYTES } from '../document/json.ts';
import { NAMESPACE } from '../document/tokens.ts';
import { CheckError, codeOf } from '../errors.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { mistakesInSetUp } from '../record/set-up.ts';
import { readDocument } from '../vault/stores/document.ts';
import { fileStore, formatOf } from '../vault/stores/file.ts';
import { openStore } from '../vault/stores/open.ts';
import type { Store } from '../vault/stores/store.ts';
import { systemWords } from './system-words.ts';

/** Milliseconds that one document and its secrets may take. */
const READ_WITHIN_MS = 10_000;

export interface Inspected extends Inspection {
  /** The file, or the namespace and its vault. */
  readonly name: string;
}

/** How documents are inspected. */
interface Inspecting {
  readonly signal: AbortSignal;
  /** The namespace that everybody may see. */
  readonly publicNamespace?: string | undefined;
}

interface InspectingVault extends Inspecting {
  /** Whether secrets and environment variables are read, or references only checked for their form. */
  readonly reads: boolean;
}

/** Every document that a file, a folder, a vault or `-` stands for. A folder and a vault give one at a time. */
export async function* inspect(target: string, inspecting: Inspecting): AsyncGenerator<Inspected> {
  if (/^(?:file|secretsmanager|hashicorp):/.test(target)) {
    // Secrets are read too, since the vault is at hand.
    yield* inspectVault(await openStore(target), { ...inspecting, reads: true });
  } else if (await isFolder(target)) yield* inspectVault(fileStore(target), { ...inspecting, reads: false });
  else yield { name: target, ...(await caught(() => inspectFile(target, inspecting))) };
}

export async function* inspectVault(
  store: Store,
  { signal, publicNamespace, reads }: InspectingVault,
): AsyncGenerator<Inspected> {
  const names = await store.list(signal).catch((error: unknown) => error);
  if (!Array.isArray(names)) {
    yield { name: store.location, ...failed(names) };
    return;
  }
  if (names.length === 0) yield { name: store.location, ...refused([{ path: '', message: 'has no namespace' }]) };
  for (const name of (names as string[]).sort()) {
    if (signal.aborted) return;
    yield await inspectNamespace(store, name, { signal, publicNamespace, reads });
  }
}

/** The document of one namespace. */
export async function inspectNamespace(
  store: Store,
  namespace: string,
  { signal, publicNamespace, reads }: InspectingVault,
): Promise<Inspected> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(READ_WITHIN_MS)]);
  let file: string | undefined;
  const inspection = await caught(async () => {
    const document = await readDocument(store, namespace, within);
    if (document === undefined) throw new DocumentError('does not exist any more');
    file = document.file;
    const sources = reads && {
      readSecret: (secret: string) => store.readSecret(secret, within),
      readEnv: environmentOf(process.env),
    };
    const isPublic = namespace === publicNamespace;
    const found = await inspectDocument(namespace, document.text, {
      format: document.format,
      isPublic,
      mistakes: mistakesInSetUp,
      ...sources,
    });
    return { ...found, problems: [...document.problems, ...found.problems] };
  });
  return { name: file ?? `${namespace} in ${store.location}`, ...inspection };
}

async function inspectFile(file: string, { publicNamespace }: Inspecting): Promise<Inspection> {
  if (file === '-') return inspectDocument('', await text(process.stdin), { mistakes: mistakesInSetUp });
  const { size } = await stat(file);
  // A file that is larger than a document may be is not read at all.
  if (size > MAX_DOCUMENT_BYTES) throw new DocumentError(`larger than ${String(MAX_DOCUMENT_BYTES)} bytes`);
  const name = basename(file, extname(file));
  return inspectDocument(NAMESPACE.test(name) ? name : '', await readFile(file, 'utf8'), {
    format: formatOf(file),
    isPublic: name === publicNamespace,
    mistakes: mistakesInSetUp,
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function caught(work: () => Promise<Inspection>): Promise<Inspection> {
  return work().catch(failed);
}

/** @throws Whatever is not about the document or its vault. */
function failed(error: unknown): Inspection {
  if (error instanceof DocumentError) return refused(error.problems);
  if (!(error instanceof CheckError) && codeOf(error) === undefined) throw error;
  const message =
    error instanceof CheckError ? `${error.code}: ${error.message}` : `cannot be read: ${systemWords(error)}`;
  return refused([{ path: '', message }]);
}

function refused(problems: readonly Problem[]): Inspection {
  return { problems, checks: undefined, notes: [] };
}
