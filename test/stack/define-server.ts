/** What the stack must know about a server. Each file in test/stack/servers/ exports one definition by default. */
import type { Addresses, PartName } from './addresses.ts';
import type { Build } from './builds/build.ts';
import type { Running } from './process.ts';

/** One server of the stack, or a group of servers that only make sense together. */
export interface ServerDefinition<Name extends PartName = PartName, Needs extends PartName = PartName> {
  /** Its name in `Addresses`. The server's file adds the entry there. */
  readonly name: Name;
  /** Set for a server that the demo starts. */
  readonly demo?: {
    /** The name that `--break` takes, if it is not `name`. */
    readonly name?: string;
    /** Describes the server in the demo's help. */
    readonly title: string;
    /** The word after `--with` that has the demo start it; it starts it always unless given. */
    readonly with?: string;
    /** How many outages it is for those who are told when it stops, where that is always the same. */
    readonly outages?: number;
    /** What `--break` does, if it does not end the whole server. */
    harm?(own: Addresses[Name]): Promise<void>;
  };
  /** The servers that must run before this one starts. */
  readonly needs?: readonly Needs[];
  /** The Debian packages that it needs, each with the programs that prove that the package is installed. */
  readonly debian?: Readonly<Record<string, readonly [string, ...string[]]>>;
  /** Set if it needs the project's Python environment, whose packages are in test/stack/requirements.txt. */
  readonly python?: true;
  /** What it needs from test/stack/builds/. */
  readonly builds?: readonly Build[];
  /** Resolves when the server answers. */
  start(options: StartOptions<Name, Needs>): Promise<Running & Addresses[Name]>;
  /**
   * What it sets up in the servers that it needs. Called after each start of this server, and again after each start of
   * the other one, because some servers keep everything in memory. Must do nothing where everything is in place.
   */
  readonly setsUp?: { readonly [Other in Needs]?: (own: Addresses[Name], other: Addresses[Other]) => Promise<void> };
}

export interface StartOptions<Name extends PartName, Needs extends PartName> {
  /** The server's own folder. It exists, and keeps its content when the server is started again. */
  readonly folder: string;
  /** The address of an earlier start, which the server must have again. Undefined at the first start. */
  readonly before: Addresses[Name] | undefined;
  /** The addresses of the servers that it needs. */
  readonly stack: Pick<Addresses, Needs>;
}

/** Returns the definition as it is, with its types checked. */
export function defineServer<Name extends PartName, Needs extends PartName = never>(
  definition: ServerDefinition<Name, Needs>,
): ServerDefinition<Name, Needs> {
  return definition;
}
