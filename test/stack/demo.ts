/** `npm run demo`: the whole thing on real servers. Installs what is missing, starts a stack, and asks the app about it. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { didYouMean } from '../../lib/did-you-mean.ts';
import { createToken } from '../../lib/document/tokens.ts';
import type { Addresses } from './addresses.ts';
import { ask, show } from './answer.ts';
import type { Answer } from './answer.ts';
import { findMissing, install } from './install.ts';
import type { PartName, Requirement } from './install.ts';
import { DEMO, demoNamespace } from './namespace.ts';
import { freePort, startProcess } from './process.ts';
import { buildProduct, CLI } from './product.ts';
import type { Running } from './process.ts';
import { step } from './progress.ts';
import { motoEnvironment } from './servers/moto.ts';
import { startStack, withDependents } from './stack.ts';
import type { Stack } from './stack.ts';
import { fillVault } from './vault.ts';

const DEFAULT_PORT = 3000;

/** The servers of the demo, by the names that `--break` takes. */
const SERVERS: Readonly<Record<string, { readonly part: PartName; readonly title: string }>> = {
  redis: { part: 'redis', title: 'Redis, also the cache and the store of Celery’s results' },
  redis2: { part: 'redisTls', title: 'another Redis, by TLS and with a password' },
  postgres: { part: 'postgres', title: 'PostgreSQL' },
  mysql: { part: 'mysql', title: 'MariaDB' },
  clickhouse: { part: 'clickhouse', title: 'ClickHouse' },
  rabbit: { part: 'rabbitmq', title: 'RabbitMQ' },
  celery: { part: 'celery', title: 'a Celery worker on three queues' },
  aws: { part: 'aws', title: 'the AWS emulator: S3, and the Secrets Manager that the app reads its namespace from' },
  history: { part: 'historyApi', title: 'an API that EventBridge hands events to, and that stores them in ClickHouse' },
  websocket: { part: 'websocket', title: 'a websocket server' },
  assets: { part: 'assets', title: 'a stand-in for CloudFront' },
};

const HELP = `Starts real servers, the app, and asks it whether they work.

Usage: npm run demo -- [--yes] [--break SERVER] [--once] [--port ${String(DEFAULT_PORT)}]

  --yes           installs what is missing without asking: Debian packages by apt-get, and a Python
                  environment in .cache/venv; without it, you are asked
  --break SERVER  stops that server after the first answer and shows the next one; may be repeated
  --once          ends after the answers, with exit code 0 if they are what they should be, else 1
  --port PORT     port of the app: ${String(DEFAULT_PORT)} unless set, or another where that is taken; 0 for any
  --help          prints this

Servers:
${Object.entries(SERVERS)
  .map(([name, { title }]) => `  ${name.padEnd(14)}  ${title}\n`)
  .join('')}`;

interface Options {
  readonly yes: boolean;
  readonly once: boolean;
  readonly port: number | undefined;
  readonly broken: readonly string[];
}

class UsageError extends Error {}

/** @returns Undefined where only help was asked for. */
function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      yes: { type: 'boolean', short: 'y', default: false },
      once: { type: 'boolean', default: false },
      break: { type: 'string', multiple: true, default: [] },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const unknown = values.break.find((name) => !Object.hasOwn(SERVERS, name));
  if (unknown !== undefined) {
    const names = Object.keys(SERVERS);
    throw new UsageError(`--break: no server ${JSON.stringify(unknown)}${didYouMean(unknown, names)}`);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535))
    throw new UsageError('--port: expected a whole number from 0 to 65535');
  return { yes: values.yes, once: values.once, port, broken: values.break };
}

/** @returns Whether the answers were what they should be. */
async function demo({ yes, once, port, broken }: Options): Promise<boolean> {
  const parts = await availableParts(yes);
  await step('building dist/', buildProduct);
  const stack = await step(`starting ${String(parts.length)} servers`, () => startStack(parts));
  const addresses: Partial<Addresses> = stack.addresses;
  // The SDK of the app and of the vault's writer finds the emulator by these.
  if (addresses.aws !== undefined) Object.assign(process.env, motoEnvironment(addresses.aws));

  const token = createToken(DEMO);
  const vault = await fillVault(demoNamespace(token, addresses), { addresses, folder: stack.folder });
  const app = await startApp(vault, port, stack.folder);
  const url = `${app.url}/api/health/${token}/`;
  say(`\nThe namespace "${DEMO}" is in ${vault}. Its answer:\n\n  curl ${url}\n`);

  let answer = await ask(url);
  say(show(answer));
  let isGood = answer.status === 200;
  for (const name of broken) {
    const before = answer;
    answer = await askWithout(name, stack, url);
    const newlyFailing = answer.failing.filter((path) => !before.failing.includes(path));
    say(`\nFailing now: ${newlyFailing.join(', ')}`);
    isGood &&= answer.status === 503 && newlyFailing.length > 0;
  }
  if (!isGood && once) say(`\nThe app's log:\n${await readFile(app.logFile, 'utf8')}`);
  if (!once) {
    say(`\nLogs are in ${stack.folder}. Ctrl-C ends everything.`);
    await new Promise((resolve) => process.on('SIGINT', resolve).on('SIGTERM', resolve).on('SIGHUP', resolve));
    say('');
  }
  await step('ending the app and the servers', async () => {
    await app.stop();
    await stack.stop();
  });
  return isGood;
}

/** The parts of the demo that can start on this machine, once what is missing was installed, as far as that may and can be done. */
async function availableParts(yes: boolean): Promise<PartName[]> {
  const wanted = Object.values(SERVERS).map(({ part }) => part);
  const missing = findMissing().filter(({ parts }) => parts.some((part) => wanted.includes(part)));
  if (missing.length === 0) return wanted;
  say(`This machine lacks:\n${missing.map(({ name, from }) => `  ${name}: ${from}\n`).join('')}`);
  if (yes || (await mayInstall())) {
    for (const { requirement, reason } of await install(missing)) say(`! ${requirement.name}: ${reason}`);
  }
  const left = missing.filter((requirement: Requirement) => !requirement.isThere());
  const leftOut = withDependents(left.flatMap(({ parts }) => parts));
  for (const { part, title } of Object.values(SERVERS)) if (leftOut.includes(part)) say(`! Left out: ${title}`);
  return wanted.filter((part) => !leftOut.includes(part));
}

async function mayInstall(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    say('! Nobody can be asked here, so nothing is installed. Run it with --yes to install.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // Ctrl-D closes it without an answer.
    const closed = new Promise<string>((resolve) =>
      terminal.once('close', () => {
        resolve('');
      }),
    );
    const answer = await Promise.race([terminal.question('Install it? [y/N] '), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

interface App extends Running {
  readonly url: string;
  readonly logFile: string;
}

async function startApp(vault: string, wanted: number | undefined, stackFolder: string): Promise<App> {
  const folder = join(stackFolder, 'app');
  const port = await portFor(wanted);
  const url = `http://127.0.0.1:${String(port)}`;
  const app = await startProcess({
    name: 'app',
    command: process.execPath,
    args: [CLI, 'serve', '--vault', vault, '--port', String(port)],
    folder,
    ready: () => fetch(`${url}/api/health/`, { signal: AbortSignal.timeout(2000) }),
  });
  return { ...app, url, logFile: join(folder, 'app.log') };
}

async function portFor(wanted: number | undefined): Promise<number> {
  if (wanted === 0) return freePort();
  if (await isFree(wanted ?? DEFAULT_PORT)) return wanted ?? DEFAULT_PORT;
  if (wanted !== undefined) throw new UsageError(`--port: ${String(wanted)} is taken; --port 0 takes one that is free`);
  return freePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Stops a server, and shows the new answer. */
async function askWithout(name: string, { parts }: { parts: Partial<Stack['parts']> }, url: string): Promise<Answer> {
  const server = SERVERS[name];
  const part = server && parts[server.part];
  if (part === undefined) say(`\n! ${name} was left out, so it cannot be stopped.`);
  else await step(`stopping ${name}`, () => part.stop());
  const answer = await ask(url, { 'cache-control': 'no-cache' });
  say(`\nWithout ${name}:\n\n  curl -H 'Cache-Control: no-cache' ${url}\n\n${show(answer)}`);
  return answer;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) say(HELP);
  else process.exitCode = (await demo(options)) ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  if (isUsage) process.stderr.write('See npm run demo -- --help.\n');
  process.exit(isUsage ? 2 : 1); // ends what was started, see leftovers.ts
}
