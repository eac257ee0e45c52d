/** `npm run demo`: Healthgate on real servers. Installs what is missing, starts a stack, and asks the app about it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createToken } from '../../lib/document/tokens.ts';
import type { Addresses, PartName } from './addresses.ts';
import { ask, show } from './answer.ts';
import type { Answer } from './answer.ts';
import { DEFAULT_PORT, HELP, isAbsent, readOptions, SERVERS, UsageError } from './demo-options.ts';
import type { Options } from './demo-options.ts';
import { withDependents } from './find-servers.ts';
import { findMissing, install } from './install.ts';
import { DEMO, demoNamespace } from './namespace.ts';
import { freePort, isFree, startProcess } from './process.ts';
import type { Running } from './process.ts';
import { buildProduct, CLI } from './product.ts';
import { step } from './progress.ts';
import { motoEnvironment } from './servers/moto.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { shown, startListeners, toldOnce } from './told.ts';
import type { Awaited, Listeners } from './told.ts';
import { fillVault } from './vault.ts';

/** Seconds between two samples of the history. */
const RECORD_SECONDS = 5;
/** Milliseconds in which an outage is confirmed by two samples, each of which may take as long as a run. */
const TOLD_WITHIN_MS = 2 * (RECORD_SECONDS * 1000 + 10_000);
/** Milliseconds in which all that rests on a server works again after its start: workers connect again by and by. */
const HEALED_WITHIN_MS = 90_000;

/** @returns Whether the answers were as expected. */
async function demo({ yes, once, port, extras, broken, healAfterMs }: Options): Promise<boolean> {
  const parts = await availableParts(yes, extras);
  await step('building dist/', buildProduct);
  const stack = await step(`starting ${String(parts.length)} servers`, () => startStack(parts));
  const addresses: Partial<Addresses> = stack.addresses;
  // These direct the AWS SDK to the emulator, both in the app and in this process, which fills the vault.
  if (addresses.aws !== undefined) Object.assign(process.env, motoEnvironment(addresses.aws));

  const token = createToken(DEMO);
  const listeners = await startListeners();
  const namespace = demoNamespace(token, addresses, listeners.notify);
  const fill = () => fillVault(namespace, { addresses, folder: stack.folder });
  const vault = await fill();
  const app = await startApp(vault, port, stack.folder);
  const url = `${app.url}/api/health/${token}/`;
  say(`\nThe namespace "${DEMO}" is in ${vault}. Open its status page in a browser, or ask for its health:\n`);
  say(`  curl ${url}\n`);
  say(
    `Every ${String(RECORD_SECONDS)} s, the app records a sample: the page's history grows when it is loaded again.\n`,
  );

  let answer = await ask(url);
  say(show(answer));
  let isGood = answer.status === 200;
  const because: { readonly name: string; readonly paths: readonly string[] }[] = [];
  for (const name of broken) {
    const before = answer;
    const toldBefore = listeners.messages.length;
    answer = await askWithout(name, because, { stack, url });
    because.push({ name, paths: answer.failing.filter((path) => !before.failing.includes(path)) });
    say(`\n${because.map(({ name, paths }) => `Failing without ${name}: ${listed(paths)}`).join('\n')}`);
    isGood &&= answer.status === 503 && because.every(({ paths }) => stillFail(paths, answer));
    isGood = (await showTold(listeners, { names: [name], before: toldBefore, isResolution: false })) && isGood;
  }
  if (healAfterMs !== undefined) isGood = (await heal(broken, healAfterMs, { stack, listeners, url, fill })) && isGood;
  if (!isGood && once) say(`\nThe app's log:\n${await readFile(app.logFile, 'utf8')}`);
  if (!once) {
    say(`\nThe logs are in ${stack.folder}. Press Ctrl-C to end the app and the servers.`);
    await new Promise((resolve) => process.on('SIGINT', resolve).on('SIGTERM', resolve).on('SIGHUP', resolve));
    say('');
  }
  await step('ending the app and the servers', async () => {
    await app.stop();
    await listeners.stop();
    await stack.stop();
  });
  return isGood;
}

/**
 * Installs what is missing, if that is allowed and possible. Returns the servers of the demo that can start on this
 * machine.
 */
async function availableParts(yes: boolean, extras: readonly string[]): Promise<PartName[]> {
  const wanted = [...SERVERS.values()].filter((server) => !isAbsent(server.with, extras)).map(({ part }) => part);
  const missing = findMissing().filter(({ parts }) => parts.some((part) => wanted.includes(part)));
  if (missing.length === 0) return wanted;
  say(`This machine lacks:\n${missing.map(({ name, from }) => `  ${name}: ${from}\n`).join('')}`);
  if (yes || (await mayInstall())) {
    for (const { requirement, reason } of await install(missing)) say(`! ${requirement.name}: ${reason}`);
  }
  const stillMissing = missing.filter((requirement) => !requirement.isThere());
  const leftOut = withDependents(stillMissing.flatMap(({ parts }) => parts));
  for (const { part, title } of SERVERS.values()) if (leftOut.includes(part)) say(`! Left out: ${title}`);
  return wanted.filter((part) => !leftOut.includes(part));
}

async function mayInstall(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    say('! There is no terminal to ask on, so nothing is installed. Run the demo with --yes to install it.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // Ctrl-D closes the terminal without an answer.
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
    args: [
      ...[CLI, 'serve', '--vault', vault, '--port', String(port)],
      ...['--record', String(RECORD_SECONDS), '--history', join(folder, 'history')],
    ],
    folder,
    ready: () => fetch(`${url}/api/health/`, { signal: AbortSignal.timeout(2000) }),
  });
  return { ...app, url, logFile: join(folder, 'app.log') };
}

async function portFor(wanted: number | undefined): Promise<number> {
  if (wanted === 0) return freePort();
  if (await isFree(wanted ?? DEFAULT_PORT)) return wanted ?? DEFAULT_PORT;
  if (wanted !== undefined) throw new UsageError(`--port: ${String(wanted)} is taken; use --port 0 for any free port`);
  return freePort();
}

interface Asked {
  readonly stack: { readonly parts: Partial<Stack['parts']>; readonly addresses: Addresses };
  readonly url: string;
}

/** Stops a server beside those that were stopped before, and shows the new answer. */
async function askWithout(
  name: string,
  before: readonly { name: string }[],
  { stack: { parts, addresses }, url }: Asked,
): Promise<Answer> {
  const server = SERVERS.get(name);
  const part = server && parts[server.part];
  if (part === undefined) say(`\n! ${name} was left out, so it cannot be stopped.`);
  else await step(`stopping ${name}`, () => server?.harm?.(addresses[server.part]) ?? part.stop());
  const answer = await ask(url, { 'cache-control': 'no-cache' });
  const names = [...before, { name }].map((server) => server.name).join(' and ');
  say(`\nWithout ${names}:\n\n  curl -H 'Cache-Control: no-cache' ${url}\n\n${show(answer)}`);
  return answer;
}

/** Shows what the listeners are told of these servers. @returns Whether each outage is one message to each. */
async function showTold(
  listeners: Listeners,
  { names, ...awaited }: Pick<Awaited, 'before' | 'isResolution'> & { readonly names: readonly string[] },
): Promise<boolean> {
  const counts = names.map((name) => SERVERS.get(name)?.outages);
  const outages = counts.reduce(
    (sum, count) => (sum === undefined || count === undefined ? undefined : sum + count),
    0,
  );
  const withinMs = awaited.isResolution ? HEALED_WITHIN_MS : TOLD_WITHIN_MS;
  const { told, isOnce } = await toldOnce(listeners, { ...awaited, outages, withinMs, quietMs: 2000 * RECORD_SECONDS });
  say(`\n${shown(told)}${isOnce ? '' : '\n! One message to each was expected for each outage.'}`);
  return isOnce;
}

interface Healed extends Pick<Asked, 'url'> {
  readonly stack: Stack;
  readonly listeners: Listeners;
  /** Writes the namespace again: the emulator of AWS, which has the vault, forgets it when it ends. */
  readonly fill: () => Promise<string>;
}

/** Starts the servers again that were stopped. @returns Whether each outage has ended with one message. */
async function heal(
  broken: readonly string[],
  afterMs: number,
  { stack, listeners, url, fill }: Healed,
): Promise<boolean> {
  await step(`waiting for ${String(afterMs / 1000)} s`, () => sleep(afterMs));
  const before = listeners.messages.length;
  await step(`starting ${broken.join(' and ')} again`, async () => {
    for (const name of broken) {
      const server = SERVERS.get(name);
      const part = server && stack.parts[server.part];
      await part?.stop();
      await part?.start();
    }
    await fill();
  });
  const isGood = await showTold(listeners, { names: broken, before, isResolution: true });
  const answer = await ask(url, { 'cache-control': 'no-cache' });
  say(`\nWith ${broken.join(' and ')} again: HTTP ${String(answer.status)}`);
  return isGood && answer.status === 200;
}

const listed = (paths: readonly string[]) => (paths.length === 0 ? 'nothing more' : paths.join(', '));

const stillFail = (paths: readonly string[], { failing }: Answer) =>
  paths.length > 0 && paths.every((path) => failing.includes(path));

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
  process.exit(isUsage ? 2 : 1); // leftovers.ts ends the servers that were started
}
