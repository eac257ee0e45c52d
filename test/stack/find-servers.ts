/**
 * Finds the servers of the stack: every file in test/stack/servers/ defines one. Its subfolders hold what servers use.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Addresses, PartName } from './addresses.ts';
import type { ServerDefinition } from './define-server.ts';

const FOLDER = join(import.meta.dirname, 'servers');

/** All servers of the stack, in the order of their names. */
export const servers: ReadonlyMap<PartName, ServerDefinition> = await findServers();

/** Returns the named servers and all that need one of them, directly or through another server. */
export function withDependents(names: readonly PartName[]): PartName[] {
  const found = new Set(names);
  // A set also visits the names that are added while it is iterated over.
  for (const name of found)
    for (const { name: other, needs = [] } of servers.values()) if (needs.includes(name)) found.add(other);
  return [...servers.keys()].filter((name) => found.has(name));
}

/** Without the servers that the demo starts only when it is asked to, with `--with`. */
export function withoutExtras<Some extends Partial<Addresses>>(addresses: Some): Some {
  const usual = Object.entries(addresses).filter(([name]) => servers.get(name as PartName)?.demo?.with === undefined);
  return Object.fromEntries(usual) as Some;
}

async function findServers(): Promise<Map<PartName, ServerDefinition>> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.ts'));
  const definitions = await Promise.all(files.map(load));
  definitions.sort((one, other) => (one.name < other.name ? -1 : 1));
  const found = new Map(definitions.map((definition) => [definition.name, definition]));
  if (found.size < files.length) throw new Error(`two files in ${FOLDER} define a server of the same name`);
  return found;
}

async function load(file: string): Promise<ServerDefinition> {
  const path = join(FOLDER, file);
  const module = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { readonly default?: unknown };
  if (!isDefinition(module.default)) throw new Error(`${path} must have an \`export default defineServer({ … })\``);
  return module.default;
}

function isDefinition(value: unknown): value is ServerDefinition {
  return typeof value === 'object' && value !== null && 'name' in value && 'start' in value;
}
