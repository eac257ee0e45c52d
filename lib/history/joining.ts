/** Finds the outage that each check belongs to that is not up any more. */
import { identity } from './identity.ts';
import { causesFor } from './outage.ts';
import type { Outage } from './outage.ts';
import { causeKey } from './sample.ts';
import type { CheckSample } from './sample.ts';

/** A check that is not up any more, and has no outage yet. */
export interface Newcomer {
  readonly check: Pick<CheckSample, 'path' | 'causes'>;
  /** The time of the first sample in which it failed. */
  readonly since: number;
}

/** Open outages at most. Whatever fails beyond that joins the latest of them, so that nobody is told of hundreds. */
export const MAX_OUTAGES = 20;

interface Scene {
  readonly namespace: string;
  /** The time of the current sample. */
  readonly at: number;
  /** Its checks, by path. */
  readonly sampled: ReadonlyMap<string, CheckSample>;
}

/** The outages of a namespace while checks join them. By key, since a thousand checks may fail at the same time. */
export class Joining {
  readonly #scene: Scene;
  readonly #outages: Outage[];
  /** By the keys of causes and members, the position of the first outage that has them. */
  readonly #known = new Map<string, number>();
  /** By the keys of what its members rest on in this sample. */
  readonly #blamed = new Map<string, number>();

  constructor(outages: readonly Outage[], scene: Scene) {
    this.#scene = scene;
    this.#outages = [...outages];
    for (const [index, { observer, causes, members }] of outages.entries()) {
      if (observer === true) continue;
      this.#learn(index, causes, members);
    }
  }

  get outages(): readonly Outage[] {
    return this.#outages;
  }

  /**
   * Lets a check join the outage that has its cause, or that it is the cause of; otherwise it begins one.
   *
   * @returns The id of the outage.
   */
  join({ check, since }: Newcomer): string {
    const causes = causesFor(check);
    const keys = causes.map(causeKey);
    const own = causeKey({ path: check.path });
    const found =
      [own, ...keys].map((key) => this.#known.get(key)).find((index) => index !== undefined) ?? this.#blamed.get(own);
    const index = found ?? this.#begin(check, since);
    const outage = this.#outages[index];
    if (outage === undefined) throw new Error('an outage that is not there');
    const [cause = outage.cause] = causes;
    const isMember = outage.members.includes(check.path);
    this.#outages[index] = {
      ...outage,
      since: Math.min(outage.since, since),
      cause: this.#isDeeper(keys, outage) ? cause : outage.cause,
      causes: [...new Set([...outage.causes, ...keys])],
      members: isMember ? outage.members : [...outage.members, check.path],
      joinedAt: isMember ? outage.joinedAt : this.#scene.at,
    };
    this.#learn(index, keys, [check.path]);
    return outage.id;
  }

  #begin({ path, causes }: Newcomer['check'], since: number): number {
    const open = this.#outages.findLastIndex(({ observer }) => observer !== true);
    if (this.#outages.length >= MAX_OUTAGES && open >= 0) return open;
    const { namespace, at } = this.#scene;
    const [cause = { path }] = causes ?? [];
    const id = identity('outage', namespace, path, since);
    const outage: Outage = { id, since, cause, causes: [], members: [], joinedAt: at, told: {}, notices: 0 };
    return this.#outages.push(outage) - 1;
  }

  /** Whether the newcomer tells more of the cause than is known: what was taken for the cause rests on it. */
  #isDeeper(keys: readonly string[], { cause }: Outage): boolean {
    if (!('path' in cause)) return false;
    const restsOn = causesFor(this.#scene.sampled.get(cause.path) ?? { path: cause.path }).map(causeKey);
    return keys.some((key) => restsOn.includes(key));
  }

  #learn(index: number, causes: readonly string[], members: readonly string[]): void {
    for (const key of [...causes, ...members.map((path) => causeKey({ path }))])
      if (!this.#known.has(key)) this.#known.set(key, index);
    for (const path of members)
      for (const cause of causesFor(this.#scene.sampled.get(path) ?? { path }))
        if (!this.#blamed.has(causeKey(cause))) this.#blamed.set(causeKey(cause), index);
  }
}
