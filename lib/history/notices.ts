/** Which targets have to be told what: one notice for an outage that begins, and one when it has ended. Pure. */
import type { Change } from './change.ts';
import type { Memory, Step } from './changes.ts';
import { identity } from './identity.ts';
import type { Notice, NoticeRule, PlannedNotice } from './notice.ts';
import { CUT_OFF } from './observer.ts';
import { tellerOf } from './outage.ts';
import type { Outage, Standings } from './outage.ts';
import { WHOLE } from './sample.ts';
import type { CheckSample, Sample, State } from './sample.ts';
import { badness, worstState } from './standing.ts';

export type { Notice, NoticeRule, PlannedNotice };

/** Paths that a notice lists. */
const MAX_PATHS = 1000;

/**
 * The notices after a sample, and the memory that knows that they were planned. During maintenance of everything that
 * concerns a target, it is told nothing.
 */
export function plan({ sample, memory, ended }: Step, rules: readonly NoticeRule[]): Planned {
  const sampled = new Map(sample.checks.map((check) => [check.path, check]));
  const scene: Scene = { sample, sampled, standings: memory.standings };
  const notices: PlannedNotice[] = [];
  const tellAll = (outage: Outage, isEnded: boolean): Outage => {
    let now = outage;
    for (const rule of rules.filter(({ every }) => !every)) {
      const { outage: next, notice } = tell({ outage: now, isEnded }, rule, scene);
      now = next;
      if (notice !== undefined) notices.push(notice);
    }
    return now;
  };
  for (const outage of ended) tellAll(outage, true);
  const outages = memory.outages.map((outage) => tellAll(outage, false));
  const beats = rules.filter(({ every }) => every).map((rule) => beat(rule, scene));
  return { notices: [...notices, ...beats], memory: { ...memory, outages } };
}

export interface Planned {
  readonly notices: readonly PlannedNotice[];
  readonly memory: Memory;
}

interface Scene {
  readonly sample: Sample;
  readonly sampled: ReadonlyMap<string, CheckSample>;
  readonly standings: Standings;
}

/** Whether a target is told of the check at this path. */
export function covers({ for: wanted }: Pick<NoticeRule, 'for'>, path: string): boolean {
  return wanted.length === 0 || wanted.some((own) => path === own || path.startsWith(`${own}/`));
}

interface Told {
  readonly outage: Outage;
  readonly notice?: PlannedNotice;
}

function tell({ outage, isEnded }: { outage: Outage; isEnded: boolean }, rule: NoticeRule, scene: Scene): Told {
  const { sample, sampled, standings } = scene;
  const isObserver = outage.observer === true;
  const members = outage.members.filter((path) => isObserver || covers(rule, path));
  if (members.length === 0 || members.every((path) => sampled.get(path)?.state === 'maintenance')) return { outage };
  const worst = isEnded ? 'up' : isObserver ? 'down' : worstState(members.map((path) => stateAt(path, standings)));
  const level = worst === 'degraded' && !rule.on.includes('degraded') ? 'up' : worst;
  const before = outage.told[rule.target] ?? 'up';
  const about = { outage, level, before, members, scene };
  if (level === before) {
    const isNews = rule.updates && level !== 'up' && outage.joinedAt === sample.at && rule.on.includes(level);
    return isNews ? noticed('update', rule, about) : { outage };
  }
  const at = members.filter((path) => stateAt(path, standings) === worst);
  const since = isObserver ? outage.since : Math.min(...at.map((path) => standings.get(path)?.since ?? sample.at));
  if (badness(level) > badness(before) && sample.at - since < rule.afterMs) return { outage };
  return noticed('change', rule, about);
}

function stateAt(path: string, standings: Standings): State {
  return standings.get(path)?.state ?? 'up';
}

interface About {
  readonly outage: Outage;
  readonly level: State;
  readonly before: State;
  /** What of the outage concerns the target. */
  readonly members: readonly string[];
  readonly scene: Scene;
}

/** The outage that knows what the target is told, and the notice, if the target wants to be told that. */
function noticed(kind: 'change' | 'update', rule: NoticeRule, about: About): Told {
  const { outage, level } = about;
  const told = { ...outage, told: { ...outage.told, [rule.target]: level }, notices: outage.notices + 1 };
  if (!rule.on.includes(level)) return { outage: told };
  const id = identity('notice', outage.id, rule.target, kind, level, outage.notices);
  const { notices: number, since: began } = outage;
  const notice = { id, target: rule.target, kind, change: changeOf(about), began, number };
  return { outage: told, notice };
}

/** The outage as a change of the check that tells what is wrong. */
function changeOf({ outage, level, before, members, scene: { sample, sampled, standings } }: About): Change {
  const path = tellerOf(outage, standings);
  const standing = standings.get(path);
  const others = outage.members.filter(
    (member) => member !== path && (level === 'up' || stateAt(member, standings) !== 'up'),
  );
  const error =
    level === 'up' ? undefined : outage.observer === true ? CUT_OFF : (standing?.error ?? sampled.get(path)?.error);
  const runbook = level === 'up' ? undefined : standing?.runbook;
  const isOwnCause = 'path' in outage.cause && outage.cause.path === path;
  const since =
    level === 'up' ? Math.max(...members.map((member) => standings.get(member)?.since ?? sample.at)) : outage.since;
  return {
    id: identity('told', outage.id, level, since),
    outage: outage.id,
    namespace: sample.namespace,
    path,
    from: before,
    to: level,
    since: outage.observer === true && level === 'up' ? sample.at : since,
    at: sample.at,
    ...(error !== undefined && { error }),
    causes: isOwnCause ? [] : [outage.cause],
    consequences: others.slice(0, MAX_PATHS),
    ...(runbook !== undefined && { runbook }),
    ...(outage.observer && { observer: true }),
  };
}

/**
 * The notice with what is not up now, in the states that the target wants to know of: of the outages that it was told
 * of, or everything for a beat.
 */
export function complete(notice: PlannedNotice, rule: NoticeRule, { outages, standings }: Memory): Notice {
  const told = outages.filter((outage) => (outage.told[rule.target] ?? 'up') !== 'up');
  const paths = notice.kind === 'beat' ? standings.keys() : told.flatMap(({ members }) => members);
  const notUp = [...new Set(paths)]
    .map((path) => ({ path, state: stateAt(path, standings) }))
    .filter(
      ({ path, state }) => covers(rule, path) && (state === 'down' || (state !== 'up' && rule.on.includes(state))),
    );
  return { ...notice, notUp };
}

/** How the namespace is now, whatever is confirmed: a beat that stays away is noticed by whoever waits for it. */
function beat(rule: NoticeRule, scene: Scene): PlannedNotice {
  const { sample, sampled, standings } = scene;
  const states = sample.checks.filter(({ path }) => path !== WHOLE && covers(rule, path)).map(({ state }) => state);
  const whole = rule.for.length === 0 ? sampled.get(WHOLE)?.state : undefined;
  const state = whole ?? worstState(states.filter((state) => state !== 'maintenance'));
  const to = state === 'maintenance' ? 'up' : state;
  const { since = sample.at } = standings.get(WHOLE) ?? {};
  const worst = sample.checks.find(({ path, state: own }) => path !== WHOLE && own === to && covers(rule, path));
  const change: Change = {
    id: identity('beat', sample.namespace, rule.target, sample.at),
    outage: '',
    namespace: sample.namespace,
    path: WHOLE,
    from: to,
    to,
    since,
    at: sample.at,
    ...(to !== 'up' && worst?.error !== undefined && { error: worst.error }),
    causes: [],
    consequences: [],
  };
  return { id: change.id, target: rule.target, kind: 'beat', change, began: since, number: 0 };
}
