import { minuteText } from '../formats/history-words.ts';
import { wantedOf } from '../formats/json-history.ts';
import { changeJson } from '../history/change-json.ts';
import { openHistory } from '../history/open.ts';
import { DAY_MS } from '../history/span.ts';
import type { DeadLetter, HistoryStore } from '../history/store.ts';
import { loadView, partOfView } from '../history/view.ts';
import type { Target } from '../notify/target.ts';
import { didYouMean } from '../did-you-mean.ts';
import { namesOf, pathKey } from '../engine/tree.ts';
import { oneLine } from '../errors.ts';
import { standardLog } from '../compose.ts';
import { paintOf } from './colours.ts';
import { EXIT, numberOf, oneOfOption, stringOf, UsageError } from './command.ts';
import type { Command, ExitCode, Input, Terminal } from './command.ts';
import { historyName, historyOption } from './history-option.ts';
import { pastJson } from './history-json.ts';
import { pastText } from './history-text.ts';
import { namedTarget, TARGET_WORDS } from './named-targets.ts';
import { vaultOf, vaultOption } from './vault-option.ts';

const HOUR_MS = 3_600_000;
/** Up to the hours of 90 days. */
const HOURS = { preset: 24, min: 1, max: 2160, integer: true };
const FORMATS = ['text', 'json'] as const;
/** The longest range that is shown by quarters of an hour: they are kept for 8 days. */
const MAX_QUARTERS_MS = 8 * DAY_MS;
/** Changes are told from so far back at least. */
const CHANGES_MS = 14 * DAY_MS;

export const history: Command = {
  arguments: [],
  options: {
    namespace: { type: 'string', value: 'NAME', help: 'the namespace; may be left out if the history has only one' },
    part: {
      type: 'string',
      value: 'PATH',
      help: 'only this part of the tree: cache/data',
      notWith: ['--dead', '--replay'],
    },
    hours: { type: 'string', value: 'HOURS', help: 'how far back', number: HOURS, notWith: ['--dead', '--replay'] },
    dead: { type: 'boolean', help: 'lists the notices that could not be sent', notWith: ['--replay'] },
    replay: { type: 'boolean', help: 'sends them again, to the targets that the document names now' },
    target: {
      type: 'string',
      value: 'TARGET',
      help: 'sends to this target, by type or name, what is for one that is named no more',
      words: TARGET_WORDS,
      onlyWith: ['--replay'],
    },
    format: {
      type: 'string',
      value: 'FORMAT',
      help: 'text or json (text)',
      words: FORMATS,
      notWith: ['--replay'],
    },
    'no-color': { type: 'boolean', help: 'no colours; NO_COLOR in the environment does the same' },
    ...historyOption,
    vault: { ...vaultOption.vault, onlyWith: ['--replay'] },
  },
  notes: `Shows what was recorded, also while a service records it: a strip for each check, uptime, since when it is
as it is, and the outages and changes of the last 14 days.

Exit code 0, also when something is down; 1 if --replay could not send everything; 2 usage or configuration.`,
  example: 'healthgate history --namespace shop --part cache --hours 168',

  async run(input, terminal) {
    if (input.positionals.length > 0)
      throw new UsageError(`unexpected argument ${JSON.stringify(input.positionals[0])}`);
    const isReplay = input.values.replay === true;
    const hours = numberOf(input, 'hours', HOURS);
    const format = oneOfOption(input, 'format', FORMATS);
    const store = await openHistory(historyName(input, terminal), { readOnly: !isReplay, mustExist: true });
    try {
      const name = await chosen(store, stringOf(input, 'namespace'));
      if (isReplay) return await sendAgain(store, name, input, terminal);
      if (input.values.dead === true) showDead(await store.deadLetters(name), format, terminal);
      else await show(store, name, { rangeMs: hours * HOUR_MS, format, input, terminal });
      return EXIT.ok;
    } finally {
      await store.close();
    }
  },
};

/** @throws UsageError if there is none of that name, none at all, or several. */
async function chosen(store: HistoryStore, asked: string | undefined): Promise<string> {
  const names = [...(await store.namespaces())].sort();
  const [name, ...others] = asked === undefined ? names : names.filter((one) => one === asked);
  if (name !== undefined && others.length === 0) return name;
  if (asked !== undefined)
    throw new UsageError(`namespace ${JSON.stringify(asked)}: not in ${store.location}${didYouMean(asked, names)}`);
  if (name === undefined) throw new UsageError(`nothing is recorded in ${store.location}`);
  throw new UsageError(`--namespace: which one? ${names.slice(0, 20).join(', ')}`);
}

interface Showing {
  readonly rangeMs: number;
  readonly format: 'text' | 'json';
  readonly input: Input;
  readonly terminal: Terminal;
}

async function show(store: HistoryStore, name: string, { rangeMs, format, input, terminal }: Showing): Promise<void> {
  const changesMs = Math.max(rangeMs, CHANGES_MS);
  const strips = rangeMs <= MAX_QUARTERS_MS ? { quartersMs: rangeMs } : { daysMs: rangeMs };
  const wanted = { ...(format === 'json' ? wantedOf(rangeMs) : strips), changesMs, standings: true } as const;
  const part = pathKey(namesOf(stringOf(input, 'part') ?? ''));
  const whole = await loadView(store, name, { now: Date.now(), wanted, part });
  const view = partOfView(whole, part);
  const known = [...(whole.standings?.keys() ?? [])];
  if (part !== '' && view.standings?.size === 0)
    throw new UsageError(`--part: nothing is recorded of ${JSON.stringify(part)} in ${name}${didYouMean(part, known)}`);
  if (format === 'text') {
    const paint = paintOf(terminal, input.values['no-color'] === true);
    terminal.out(pastText(view, { name, part, paint, columns: terminal.columns }));
  } else {
    terminal.out(pastJson(view, name, rangeMs));
  }
}

function showDead(letters: readonly DeadLetter[], format: 'text' | 'json', terminal: Terminal): void {
  if (format === 'json') {
    const told = letters.map(({ id, at, error, notice }) => {
      const { target, kind, change } = notice;
      return { id, at: new Date(at).toISOString(), target, kind, error, change: changeJson(change) };
    });
    terminal.out(`${JSON.stringify(told, null, 2)}\n`);
    return;
  }
  if (letters.length === 0) terminal.out('No dead letters.\n');
  for (const letter of letters) terminal.out(`${minuteText(letter.at)}  ${about(letter)}: ${oneLine(letter.error)}\n`);
}

/** `slack-1a2b3c4d  cache/data is down`. */
function about({ notice: { target, change } }: DeadLetter): string {
  return `${target}  ${oneLine(change.path) || change.namespace} is ${change.to}`;
}

async function sendAgain(store: HistoryStore, name: string, input: Input, terminal: Terminal): Promise<ExitCode> {
  const log = standardLog();
  const vault = await vaultOf(input, terminal, log);
  const wanted = stringOf(input, 'target');
  const choose = wanted === undefined ? undefined : (targets: readonly Target[]) => namedTarget(wanted, targets);
  const { replay } = await import('../record/replay.ts');
  const replayed = await replay(name, { store, vault, log, signal: terminal.signal, now: Date.now, choose });
  if (replayed.length === 0) terminal.out('No dead letters.\n');
  for (const { letter, error } of replayed) {
    const why = error === undefined ? '' : `: ${oneLine(error)}`;
    terminal.out(`${error === undefined ? 'sent' : 'not sent'}  ${about(letter)}${why}\n`);
  }
  if (terminal.signal.aborted) return EXIT.calledOff;
  return replayed.some(({ error }) => error !== undefined) ? EXIT.failing : EXIT.ok;
}
