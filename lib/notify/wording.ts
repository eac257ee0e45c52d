/** What a notice says, in words. Each type of target escapes and cuts them as its vendor demands. */
import { changeJson } from '../history/change-json.ts';
import type { ChangeJson } from '../history/change-json.ts';
import type { Notice } from '../history/notices.ts';
import { shortLine } from '../errors.ts';

export interface Words {
  /** What is broken: `postgres is down (shop)`. */
  readonly title: string;
  /** Facts with their names, in the order in which to show them: `['Error', 'ConnectionError: …']`. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly runbook?: string;
  /** Title and facts, each on its own line. */
  readonly text: string;
}

/** Characters of a path or of a namespace's name. */
const MAX_NAME = 200;
/** Paths of consequences that are listed, and the characters of all of them. */
const MAX_LISTED = { paths: 20, characters: 1500 } as const;
/** Characters of a URL: half of a longer one would lead nowhere. */
const MAX_URL = 2000;

type Worded = Pick<Notice, 'change' | 'began' | 'isTest'>;

export function wordsFor({ change, began, isTest }: Worded): Words {
  const { to, since, error } = change;
  const runbook = isShort(change.runbook) ? change.runbook : undefined;
  const title = shortLine(isTest === true ? testTitleOf(change) : titleOf(change), 2 * MAX_NAME);
  const facts: (readonly [string, string])[] = [];
  if (to === 'up') {
    facts.push(['Since', `${timeText(since)}, after ${durationText(since - began)}`]);
    facts.push(['Began', timeText(began)]);
  } else facts.push(['Since', timeText(since)]);
  if (error !== undefined) facts.push(['Error', shortLine(error, 400)]);
  const cause = causeText(change);
  if (cause !== undefined) facts.push(['Cause', cause]);
  if (change.consequences.length > 0)
    facts.push([to === 'up' ? 'Was affected too' : 'Fails because of it', listText(change.consequences)]);
  const lines = [...facts, ...(runbook === undefined ? [] : [['Runbook', shortLine(runbook, MAX_URL)] as const])];
  return {
    title,
    facts,
    ...(runbook !== undefined && { runbook }),
    text: [title, ...lines.map(([name, text]) => `${name}: ${text}`)].join('\n'),
  };
}

/** For pages that everybody may read: without errors, addresses and runbooks. */
export function publicWordsFor({ change, began, ...rest }: Worded): Words {
  const { id, outage, namespace, path, from, to, since, at, consequences } = change;
  const causes = change.causes.filter((cause) => 'path' in cause);
  return wordsFor({
    ...rest,
    change: { id, outage, namespace, path, from, to, since, at, causes, consequences },
    began,
  });
}

const LOOKALIKES: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '[': '(', ']': ')', '`': "'" };

/** For vendors that read HTML or Markdown, and have no way to write a text without: no tag and no link is left. */
export function withoutMarkup(text: string): string {
  return text.replace(/[<>[\]`]/g, (character) => LOOKALIKES[character] ?? '');
}

function subjectOf({ path, namespace }: Notice['change']): string {
  return shortLine(path === '' ? namespace : path, MAX_NAME);
}

function titleOf(change: Notice['change']): string {
  const { path, namespace, to, observer } = change;
  const where = path === '' ? '' : ` (${shortLine(namespace, MAX_NAME)})`;
  if (observer === true)
    return to === 'up'
      ? `Healthgate reaches ${shortLine(namespace, MAX_NAME)} again`
      : `Healthgate itself may be cut off: everything in ${shortLine(namespace, MAX_NAME)} fails alike`;
  return `${subjectOf(change)} is ${STATES[to]}${where}`;
}

function testTitleOf({ namespace, to }: Notice['change']): string {
  const what = to === 'up' ? 'it has ended' : 'nothing is down';
  return `Test notice of Healthgate for ${shortLine(namespace, MAX_NAME)}: ${what}`;
}

const STATES = { up: 'up again', down: 'down', degraded: 'degraded' } as const;

function causeText({ causes }: Notice['change']): string | undefined {
  const [cause] = causes;
  if (cause === undefined) return undefined;
  return 'path' in cause
    ? shortLine(cause.path, MAX_NAME)
    : `${shortLine(cause.address, MAX_NAME)}, which several checks need`;
}

function listText(paths: readonly string[]): string {
  const listed = paths.slice(0, MAX_LISTED.paths).map((path) => shortLine(path, MAX_NAME));
  const upTo = (index: number) => listed.slice(0, index + 1).join(', ');
  const shown = listed.filter((_path, index) => upTo(index).length <= MAX_LISTED.characters);
  const more = paths.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function isShort(url: string | undefined): url is string {
  return url !== undefined && url.length <= MAX_URL;
}

/** Paths of consequences in JSON that has a vendor's limit. */
const MAX_IN_JSON = 100;

/** The change with as many of its consequences as have room in a string of JSON of so many bytes. */
export function shortChange(change: Notice['change'], maxBytes: number): ChangeJson {
  for (let count = MAX_IN_JSON; ; count = Math.floor(count / 2)) {
    const consequences = change.consequences.slice(0, count).map((path) => shortLine(path, MAX_NAME));
    const { runbook, ...bare } = changeJson({ ...change, consequences });
    const short = isShort(runbook) ? { ...bare, runbook } : bare;
    if (count === 0 || Buffer.byteLength(JSON.stringify(JSON.stringify(short))) <= maxBytes) return short;
  }
}

/** The text as printable ASCII, beginning with a letter or a digit. */
export function asciiLine(text: string, maxLength: number): string {
  const ascii = text.normalize('NFKD').replace(/[^\x20-\x7e]/g, '?');
  return shortLine(ascii.replace(/^[^a-z0-9]+/i, ''), maxLength).replace('…', '');
}

/** `2026-11-26 12:05:00 UTC`. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: the two largest units. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  let rest = seconds;
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${String(count)} ${unit}`];
  });
  return parts.slice(0, 2).join(' ') || '0 s';
}
