/** Everything that is wrong with a document, for people who correct it. */
import { leavesOf } from '../engine/tree.ts';
import type { DocumentFormat } from './json.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { parseNamespace } from './namespace.ts';
import type { ParseOptions } from './namespace.ts';
import { jsonMembers, withPlaces } from './places.ts';

export interface Inspection {
  /** With line and column, where they have one. */
  readonly problems: readonly Problem[];
  /** The number of its checks; undefined if the document is refused as a whole. */
  readonly checks: number | undefined;
}

/** @param name The namespace's name; empty if it is not known. */
export async function inspectDocument(name: string, text: string, options: ParseOptions = {}): Promise<Inspection> {
  try {
    const { root, problems } = await parseNamespace(name, text, options);
    return { problems: await place(problems, text, options.format), checks: leavesOf(root).length };
  } catch (error) {
    if (error instanceof DocumentError)
      return { problems: await place(error.problems, text, options.format), checks: undefined };
    throw error;
  }
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
