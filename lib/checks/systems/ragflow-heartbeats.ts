/** Reads the heartbeats of RAGFlow's task executors from Redis, and no more of them than fits into memory. */
import type { RedisNode } from '../../clients/redis/node.ts';
import { UnhealthyError } from '../../errors.ts';
import { beatIn } from './ragflow-beats.ts';
import type { Beat } from './ragflow-beats.ts';

const EXECUTORS = 'TASKEXE';
const MAX_EXECUTORS = 500;
const MAX_NAME = 200;
/** Bytes of all histories: well below what one connection may send. */
const MAX_HISTORY_BYTES = 1024 * 1024;
/** Beats of each executor that are read in one go, at most. */
const MAX_PAGE = 20;

export interface Executor {
  readonly name: string;
  /** Milliseconds since 1970; undefined for one that has never beaten, or whose beats have been deleted. */
  readonly lastBeatAt: number | undefined;
  /** Undefined if it is not what RAGFlow writes. */
  readonly lastBeat: Beat | undefined;
}

export class Heartbeats {
  readonly #node: RedisNode;
  /** The bytes of the longest beat of each executor. */
  readonly #longest = new Map<string, number>();

  constructor(node: RedisNode) {
    this.#node = node;
  }

  /** Milliseconds since 1970 by the clock of Redis, which is nearer to that of the executors than ours. */
  async now(): Promise<number> {
    const [seconds, micros] = textsIn(await this.#node.call('TIME'));
    const now = Number(seconds) * 1000 + Number(micros) / 1000;
    if (!Number.isFinite(now)) throw new UnhealthyError(`${this.#node.name} did not answer TIME with a time`);
    return now;
  }

  /** @param names Those that must be there. The others are those that Redis lists. */
  async executors(names: readonly string[]): Promise<Executor[]> {
    const listed = textsIn(await this.#node.call('SMEMBERS', EXECUTORS));
    if (listed.length > MAX_EXECUTORS || listed.some((name) => name.length > MAX_NAME))
      throw new UnhealthyError(
        `${this.#node.name} lists more than ${String(MAX_EXECUTORS)} executors, or names of more than ` +
          `${String(MAX_NAME)} characters, in ${EXECUTORS}`,
      );
    const all = [...new Set([...names, ...listed])].sort();
    return Promise.all(
      all.map(async (name) => {
        const [last] = await this.#page(name, '+inf', '-inf', 0, 1);
        return { name, lastBeatAt: last?.at, lastBeat: last?.beat };
      }),
    );
  }

  /**
   * The beats of each executor since a time, oldest first. If they are too many or too long, the same number of older
   * ones is left out for each.
   */
  async histories(names: readonly string[], sinceMs: number): Promise<Beat[][]> {
    const found = new Map<string, Beat[]>(names.map((name) => [name, []]));
    let left = MAX_HISTORY_BYTES;
    let going = names;
    for (let offset = 0; going.length > 0;) {
      const perBeat = going.reduce((sum, name) => sum + (this.#longest.get(name) ?? 0), 0);
      // Beats become longer while an executor is busy.
      const count = Math.min(MAX_PAGE, Math.floor(left / (2 * Math.max(1, perBeat))));
      if (count < 1) break;
      const pages = await Promise.all(
        going.map(async (name) => [name, await this.#page(name, '+inf', sinceMs / 1000, offset, count)] as const),
      );
      for (const [name, page] of pages) {
        left -= page.reduce((sum, { bytes }) => sum + bytes, 0);
        found.get(name)?.push(...page.flatMap(({ beat }) => beat ?? []));
      }
      offset += count;
      going = pages.filter(([, page]) => page.length === count && offset < MAX_BEATS).map(([name]) => name);
    }
    return [...found.values()].map((beats) => beats.reverse());
  }

  async #page(name: string, to: string, from: string | number, offset: number, count: number) {
    const reply = textsIn(
      await this.#node.call('ZREVRANGEBYSCORE', name, to, from, 'WITHSCORES', 'LIMIT', offset, count),
    );
    const page = reply.flatMap((text, index) => {
      const at = Number(reply[index + 1]) * 1000;
      if (index % 2 !== 0 || !Number.isFinite(at)) return [];
      return [{ at, beat: beatIn(text, at), bytes: Buffer.byteLength(text) }];
    });
    const longest = Math.max(this.#longest.get(name) ?? 0, ...page.map(({ bytes }) => bytes));
    this.#longest.set(name, longest);
    return page;
  }
}

/** Beats of one executor: as many as there are points in a series. */
const MAX_BEATS = 1000;

function textsIn(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}
