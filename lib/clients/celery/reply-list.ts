/** A list in Redis to which workers push replies. */
import { UnhealthyError } from '../../errors.ts';
import type { RedisNode } from '../redis/node.ts';

export type Command = readonly [string, ...(string | number)[]];

/** After a crash, nobody removes the list, so it must expire. An empty list does not exist, and has no expiry. */
const PLACEHOLDER = 'healthgate';
const MAX_ITEMS_AT_A_TIME = 100;

export class ReplyList {
  /** How many replies have been taken. */
  taken = 0;
  readonly #node: RedisNode;
  readonly #key: string;

  constructor(node: RedisNode, key: string) {
    this.#node = node;
    this.#key = key;
  }

  /** Must be carried out before anybody pushes a reply, in one transaction. */
  creation(expiresInS: number): Command[] {
    return [
      ['LPUSH', this.#key, PLACEHOLDER],
      ['EXPIRE', this.#key, expiresInS],
    ];
  }

  removal(): Command {
    return ['DEL', this.#key];
  }

  /** The replies since the last call, oldest first. They stay in the list, so that it keeps its expiry. */
  async next(): Promise<string[]> {
    const last = -this.taken - 2; // behind it, to the right, are those that were taken, and the placeholder
    const found = await this.#node.call('LRANGE', this.#key, last - MAX_ITEMS_AT_A_TIME + 1, last);
    const items = Array.isArray(found) ? found.filter((item) => typeof item === 'string').reverse() : [];
    this.taken += items.length;
    return items;
  }
}

/** Carries out all of the commands, or none. Returns their replies. */
export async function transaction(node: RedisNode, commands: readonly Command[]): Promise<unknown[]> {
  // Without waiting in between, so that no command of another check comes between them.
  const all: readonly Command[] = [['MULTI'], ...commands, ['EXEC']];
  const answers: unknown = (await Promise.all(all.map((command) => node.call(...command)))).at(-1);
  if (!Array.isArray(answers) || answers.some((answer) => answer instanceof Error))
    throw new UnhealthyError(`${node.name} failed to carry out ${commands.map(([name]) => name).join(', ')}`);
  return answers as unknown[];
}
