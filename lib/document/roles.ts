/** Which checks play which role in the formats of other systems: by the document, otherwise by their kinds. */
import * as v from 'valibot';
import { kinds } from '../checks/index.ts';
import { describe, text } from '../clients/keys.ts';
import { didYouMean } from '../did-you-mean.ts';
import { pathsIn } from '../engine/paths.ts';
import { findPart, leavesOf, namesOf } from '../engine/tree.ts';
import type { Group, Role, Roles } from '../engine/types.ts';
import type { Problem } from '../problem.ts';
import { shortName } from './names.ts';
import type { Setting } from './settings.ts';

const path = (sentence: string, example: string) => v.optional(describe(text(), sentence, example));

const schema = v.strictObject({
  db: path('Path (group/name) of the database.', 'postgres'),
  redis: path('Path of Redis.', 'cache/data'),
  doc_engine: path('Path of the search engine.', 'search'),
  storage: path('Path of the file store.', 'files'),
} satisfies Record<Role, unknown>);

const NAMES = Object.keys(schema.entries) as Role[];

export const roles: Setting<v.InferOutput<typeof schema>> = {
  key: 'roles',
  description:
    'Which check or group plays which part in the formats ragflow and mattermost. Where it says nothing, kinds decide.',
  schema,
  preset: {},
  example: { db: 'postgres', storage: 'files' },
  expected: 'an object of paths, such as {"db": "postgres"}',
  instead: { value: {}, words: 'the kinds of the checks decide' },
};

/** @param problems Paths that lead nowhere are added to it. Such a role is played as if it had not been set. */
export function readRoles(given: v.InferOutput<typeof schema>, root: Group, problems: Problem[]): Roles {
  const played = NAMES.map((role) => {
    const wanted = given[role];
    const names = namesOf(wanted ?? '');
    if (wanted === undefined || (names.length > 0 && findPart(root, names) !== undefined))
      return [role, wanted === undefined ? pathsByKind(role, root) : [names]] as const;
    const message = `no check or group at ${shortName(wanted)}${didYouMean(wanted, pathsIn(root))}`;
    problems.push({ path: `roles.${role}`, message });
    return [role, pathsByKind(role, root)] as const;
  });
  return Object.fromEntries(played.filter(([, paths]) => paths.length > 0));
}

function pathsByKind(role: Role, root: Group): readonly (readonly string[])[] {
  return leavesOf(root).flatMap(({ kind, path }) => (playedBy.get(kind) === role ? [path] : []));
}

const playedBy = new Map(kinds.map(({ kind, plays }) => [kind, plays]));

/** What to know about roles that nothing plays, in a sentence; undefined where all are played. */
export function unplayedNote(played: Roles): string | undefined {
  const missing = NAMES.filter((role) => played[role] === undefined);
  if (missing.length === 0) return undefined;
  const them = missing.length === 1 ? 'it' : 'them';
  return `no check plays ${missing.join(', ')}: the answers for RAGFlow and Mattermost leave ${them} out`;
}
