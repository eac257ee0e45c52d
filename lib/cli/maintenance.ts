import { didYouMean } from '../did-you-mean.ts';
import { maintenance as setting } from '../document/lists.ts';
import type { Namespace } from '../document/namespace.ts';
import { pathsIn } from '../engine/paths.ts';
import { findPart, namesOf, pathKey } from '../engine/tree.ts';
import { MAX_TOLD, windowsIn } from '../history/maintenance.ts';
import type { Window } from '../history/maintenance.ts';
import { openHistory } from '../history/open.ts';
import type { HistoryStore } from '../history/store.ts';
import { oneLine } from '../errors.ts';
import { openStore } from '../vault/stores/open.ts';
import { Namespaces } from './chosen-namespace.ts';
import { EXIT, numberOf, stringOf, UsageError } from './command.ts';
import type { Command, Input, Terminal } from './command.ts';
import { historyName, historyOption } from './history-option.ts';
import { vaultName, vaultOption } from './vault-option.ts';

/** Up to the minutes of 31 days. */
const MINUTES = { preset: 60, min: 1, max: 44_640 };
/** Windows that a namespace may have by hand at the same time. */
const MAX_WINDOWS = 100;
const MAX_TEXT_LENGTH = 200;
/** Milliseconds ahead that windows of the document are listed: 14 days. */
const AHEAD_MS = 14 * 24 * 3_600_000;

const ACTIONS = { start, stop, list } as const;

export const maintenance: Command = {
  arguments: [{ name: 'start|stop|list', help: 'begins, ends or shows maintenance', words: Object.keys(ACTIONS) }],
  options: {
    namespace: { type: 'string', value: 'NAME', help: 'the namespace; may be left out if the vault has only one' },
    checks: {
      type: 'string',
      value: 'PATH,…',
      help: 'only these checks and groups: cache,postgres',
      onlyWith: ['start', 'stop'],
    },
    minutes: { type: 'string', value: 'MINUTES', help: 'how long', number: MINUTES, onlyWith: ['start'] },
    text: { type: 'string', value: 'TEXT', help: 'what is done, for those who read the page', onlyWith: ['start'] },
    ...historyOption,
    ...vaultOption,
  },
  notes: `During maintenance, checks still run, nobody is told of their failures, and uptime does not count. It works on
the history of a service that runs, and counts from the next sample. stop ends what start began: all of it, or with
--checks what was begun for nothing but them. What the document says under maintenance stays as it is, and list shows
what of it begins within 14 days.`,
  example: "healthgate maintenance start --checks postgres --minutes 30 --text 'New database'",

  async run(input, terminal) {
    const [action = '', ...more] = input.positionals;
    if (!Object.hasOwn(ACTIONS, action) || more.length > 0)
      throw new UsageError(
        `expected start, stop or list${action === '' ? '' : didYouMean(action, Object.keys(ACTIONS))}`,
      );
    const store = await openStore(vaultName(input, terminal));
    const namespace = await new Namespaces(store, terminal).choose(stringOf(input, 'namespace'));
    const checks = checksIn(input, namespace);
    const history = await openHistory(historyName(input, terminal), { mustExist: true });
    try {
      if (!(await history.namespaces()).includes(namespace.name))
        terminal.err(`nothing is recorded of ${namespace.name} in ${history.location} yet; is it the right history?\n`);
      await ACTIONS[action as keyof typeof ACTIONS]({ input, terminal, namespace, checks, history });
    } finally {
      await history.close();
    }
    return EXIT.ok;
  },
};

interface Asked {
  readonly input: Input;
  readonly terminal: Terminal;
  readonly namespace: Namespace;
  readonly checks: readonly string[];
  readonly history: HistoryStore;
}

async function start({ input, terminal, namespace, checks, history }: Asked): Promise<void> {
  const minutes = numberOf(input, 'minutes', MINUTES);
  const text = stringOf(input, 'text');
  if (text !== undefined && text.length > MAX_TEXT_LENGTH)
    throw new UsageError(`--text: expected at most ${String(MAX_TEXT_LENGTH)} characters`);
  const before = await history.windows(namespace.name);
  if (before.length >= MAX_WINDOWS) throw new UsageError(`there are ${String(MAX_WINDOWS)} windows; stop some first`);
  const from = Date.now();
  const to = from + minutes * 60_000;
  const window: Window = { from, to, checks, ...(text !== undefined && { text: oneLine(text) }) };
  await history.setWindows(namespace.name, [...before, window]);
  terminal.out(`${namespace.name}: began ${inWords(window)}\n`);
}

async function stop({ terminal, namespace, checks, history }: Asked): Promise<void> {
  const before = await history.windows(namespace.name);
  const isEnded = (window: Window) =>
    checks.length === 0 || (window.checks.length > 0 && window.checks.every((path) => checks.includes(path)));
  const ended = before.filter(isEnded);
  if (ended.length === 0) {
    terminal.out(`${namespace.name}: nothing to end${before.length === 0 ? '' : '; list shows what there is'}\n`);
    return;
  }
  await history.setWindows(
    namespace.name,
    before.filter((window) => !isEnded(window)),
  );
  const now = timeOf(Date.now());
  for (const window of ended) terminal.out(`${namespace.name}: ended ${subjectOf(window)} at ${now}${whyOf(window)}\n`);
}

async function list({ terminal, namespace, history }: Asked): Promise<void> {
  const byHand = await history.windows(namespace.name);
  const now = Date.now();
  const windows = windowsIn(namespace.settings.get(setting), byHand, { from: now, to: now + AHEAD_MS });
  if (windows.length === 0) terminal.out(`${namespace.name}: no maintenance\n`);
  for (const window of windows) {
    const origin = byHand.includes(window) ? 'by hand' : 'by the document';
    terminal.out(`${namespace.name}: ${inWords(window)}, ${origin}\n`);
  }
  if (windows.length >= MAX_TOLD)
    terminal.out(`${namespace.name}: no more than ${String(MAX_TOLD)} windows are listed; there may be others\n`);
}

/** @throws UsageError that names the path that was probably meant. */
function checksIn(input: Input, { root, name }: Namespace): readonly string[] {
  const given = stringOf(input, 'checks')?.split(',') ?? [];
  return given.map((path) => {
    const names = namesOf(path.trim());
    if (names.length > 0 && findPart(root, names) !== undefined) return pathKey(names);
    const hint = didYouMean(path, pathsIn(root));
    throw new UsageError(`--checks: ${name} has no check or group ${JSON.stringify(path)}${hint}`);
  });
}

function inWords(window: Window): string {
  return `${subjectOf(window)} from ${timeOf(window.from)} to ${timeOf(window.to)}${whyOf(window)}`;
}

function subjectOf({ checks }: Window): string {
  return `maintenance of ${checks.length === 0 ? 'everything' : checks.join(', ')}`;
}

function whyOf({ text }: Window): string {
  return text === undefined ? '' : ` (${text})`;
}

function timeOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`;
}
