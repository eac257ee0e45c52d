/** Walks through the `checks` of a document: finds its leaves, enforces its bounds, notes doubtful names and groups. */
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { isObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { MAX_NAME_LENGTH, shortName } from './names.ts';

/** A Lambda function has 1,024 file descriptors. */
const MAX_CHECKS = 1000;
/** Names from the top of the tree to a check. */
const MAX_LEVELS = 20;
/** Doubts of the same document that are listed. */
const MAX_DOUBTS = 100;

/** A check, or what stands in place of one. */
export interface Place {
  /** Names from the top of the tree. */
  readonly path: readonly string[];
  readonly value: Json;
}

/** An object with a string `kind` is a check; any other object is a group. */
export function isGroupOf(value: Json): value is JsonObject {
  return isObject(value) && typeof value.get('kind') !== 'string';
}

/**
 * @param problems What is doubtful about names and groups is added to it.
 * @throws DocumentError if there is no check, or too many, or if they are nested too deeply or have too long a name.
 */
export function placesIn(checks: JsonObject, problems: Problem[]): Place[] {
  const places: Place[] = [];
  const doubts: Problem[] = [];
  const walk = (value: Json, path: readonly string[]): void => {
    if (!isGroupOf(value)) {
      if (places.push({ path, value }) > MAX_CHECKS) throw refusal(`more than ${String(MAX_CHECKS)}`);
      return;
    }
    if (path.length >= MAX_LEVELS && value.size > 0) throw refusal(`nested deeper than ${String(MAX_LEVELS)} levels`);
    for (const [name, inner] of value) {
      if (name.length > MAX_NAME_LENGTH && Array.from(name).length > MAX_NAME_LENGTH)
        throw refusal(`a name is longer than ${String(MAX_NAME_LENGTH)} characters`, path);
      const at = [...path, name];
      if (doubts.length < MAX_DOUBTS) doubts.push(...doubtsAbout(at, inner));
      walk(inner, at);
    }
  };
  walk(checks, []);
  if (places.length === 0) throw refusal('no check in any group');
  problems.push(...doubts);
  return places;
}

/** Whether a document may have something at this path. The steps of a check that has several are a level more. */
export function mayExist(path: readonly string[]): boolean {
  const units = 2 * MAX_NAME_LENGTH; // of UTF-16
  return path.length <= MAX_LEVELS + 1 && path.every((name) => name.length <= units);
}

function refusal(message: string, path: readonly string[] = []): DocumentError {
  return new DocumentError({ path: ['checks', ...path].map(shortName).join('.'), message });
}

function doubtsAbout(names: readonly string[], value: Json): Problem[] {
  const path = ['checks', ...names].join('.');
  const name = names.at(-1) ?? '';
  const written = name.replaceAll('/', '%2F');
  return [
    ...(written === name
      ? []
      : [{ path, message: `a slash in a name is written %2F in URLs, depends_on and --part: ${shortName(written)}` }]),
    ...(isGroupOf(value) && value.size === 0 ? [{ path, message: 'an empty group: it checks nothing' }] : []),
  ];
}
