/** Everything that is wrong with a document, for people who correct it. */
import { leavesOf } from '../engine/tree.ts';
import type { DocumentFormat } from './json.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { parseNamespace } from './namespace.ts';
import type { Namespace, ParseOptions } from './namespace.ts';
import { jsonMembers, withPlaces } from './places.ts';
import { roles, unplayedNote } from './roles.ts';

export interface Inspection {
  /** With line and column, where they have one. */
  readonly problems: readonly Problem[];
  /** The number of its checks; undefined if the document is refused as a whole. */
  readonly checks: number | undefined;
  /** What to know about it, in sentences, although it is no mistake. */
  readonly notes: readonly string[];
}

interface InspectOptions extends ParseOptions {
  /** Whether everybody may see its summary, also at the paths of other systems. */
  readonly isPublic?: boolean;
  /** What is wrong with settings whose meaning lies in higher layers. */
  readonly mistakes?: (namespace: Namespace) => Promise<readonly Problem[]>;
}

/** @param name The namespace's name; empty if it is not known. */
export async function inspectDocument(name: string, text: string, options: InspectOptions = {}): Promise<Inspection> {
  try {
    const namespace = await parseNamespace(name, text, options);
    const further = (await options.mistakes?.(namespace)) ?? [];
    const problems = await place([...namespace.problems, ...further], text, options.format);
    return { problems, checks: leavesOf(namespace.root).length, notes: notesOf(namespace, options) };
  } catch (error) {
    if (error instanceof DocumentError)
      return { problems: await place(error.problems, text, options.format), checks: undefined, notes: [] };
    throw error;
  }
}

/** Roles matter to those who name them, or whose namespace answers at the paths of other systems. */
function notesOf({ roles: played, settings }: Namespace, { isPublic = false }: InspectOptions): readonly string[] {
  const note = isPublic || settings.get(roles) !== roles.preset ? unplayedNote(played) : undefined;
  return note === undefined ? [] : [note];
}

async function place(
  problems: readonly Problem[],
  source: string,
  format: DocumentFormat = 'json',
): Promise<readonly Problem[]> {
  if (problems.every(({ path, line }) => path === '' || line !== undefined)) return problems;
  const text = source.replace(/^\uFEFF/, '');
  const members = format === 'yaml' ? (await import('./yaml.ts')).yamlMembers : jsonMembers;
  return withPlaces(problems, text, members(text));
}
