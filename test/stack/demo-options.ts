/** The arguments of `npm run demo`, and the servers that they name. */
import { parseArgs } from 'node:util';
import { didYouMean } from '../../lib/did-you-mean.ts';
import type { PartName } from './addresses.ts';
import type { ServerDefinition } from './define-server.ts';
import { servers } from './find-servers.ts';

export const DEFAULT_PORT = 3000;

export interface DemoServer extends Pick<NonNullable<ServerDefinition['demo']>, 'title' | 'with' | 'harm' | 'outages'> {
  readonly part: PartName;
}

/** The servers of the demo, by the names that `--break` takes. */
export const SERVERS: ReadonlyMap<string, DemoServer> = new Map(
  [...servers.values()].flatMap(({ name, demo }): [string, DemoServer][] =>
    demo === undefined ? [] : [[demo.name ?? name, { part: name, ...demo }]],
  ),
);

/** What `--with` may name. */
const EXTRAS = [...new Set([...SERVERS.values()].flatMap((server) => server.with ?? []))].sort();

export const HELP = `Starts real servers and the app, and asks the app whether they work.

Usage: npm run demo -- [--yes] [--with SYSTEM,…] [--break SERVER] [--heal-after SECONDS] [--once]
                       [--port ${String(DEFAULT_PORT)}]

  --yes           installs what is missing without asking: Debian packages with apt-get, and a Python
                  environment in .cache/venv
  --with SYSTEM   starts and checks another system too: ${EXTRAS.join(', ')}; may be repeated, or be a list
  --break SERVER  stops that server after the first answer and shows the next answer; may be repeated
                  The outage is told once to a server that stands for Slack, and to one for PagerDuty
  --heal-after SECONDS
                  starts what --break stopped again so much later, and shows how that is told
  --once          exits after the answers: with code 0 if they and what was told are as expected, otherwise 1
  --port PORT     port of the app; 0 takes any free port; without this option, the port is ${String(DEFAULT_PORT)},
                  or any free port if that is taken
  --help          prints this help

Servers:
${[...SERVERS].map(([name, server]) => `  ${name.padEnd(14)}  ${titleOf(server)}\n`).join('')}`;

function titleOf({ title, with: extra }: DemoServer): string {
  return extra === undefined ? title : `${title} (--with ${extra})`;
}

export interface Options {
  readonly yes: boolean;
  readonly once: boolean;
  readonly port: number | undefined;
  readonly extras: readonly string[];
  readonly broken: readonly string[];
  readonly healAfterMs: number | undefined;
}

export class UsageError extends Error {}

/** @returns Undefined if the arguments ask for help. */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      yes: { type: 'boolean', short: 'y', default: false },
      once: { type: 'boolean', default: false },
      with: { type: 'string', multiple: true, default: [] },
      break: { type: 'string', multiple: true, default: [] },
      'heal-after': { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const extras = values.with.flatMap((names) => names.split(','));
  refuseUnknown('--with', extras, EXTRAS);
  refuseUnknown('--break', values.break, [...SERVERS.keys()]);
  const absent = values.break.map((name) => SERVERS.get(name)?.with).find((extra) => isAbsent(extra, extras));
  if (absent !== undefined) throw new UsageError(`--break: that server is started only with --with ${absent}`);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535))
    throw new UsageError('--port: expected a whole number from 0 to 65535');
  const healAfterMs = values['heal-after'] === undefined ? undefined : 1000 * Number(values['heal-after']);
  if (healAfterMs !== undefined && !(healAfterMs >= 0 && healAfterMs <= 3_600_000))
    throw new UsageError('--heal-after: expected seconds from 0 to 3600');
  if (healAfterMs !== undefined && values.break.length === 0)
    throw new UsageError('--heal-after: there is nothing to heal without --break');
  return { yes: values.yes, once: values.once, port, extras, broken: [...new Set(values.break)], healAfterMs };
}

function refuseUnknown(option: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`${option}: there is no server ${JSON.stringify(unknown)}${didYouMean(unknown, known)}`);
}

/** Whether a server belongs to a system that was not asked for. */
export function isAbsent(extra: string | undefined, extras: readonly string[]): boolean {
  return extra !== undefined && !extras.includes(extra);
}
