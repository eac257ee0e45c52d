import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { describe } from '../../clients/keys.ts';
import { Pool } from '../../clients/memcached.ts';
import { hostIn } from '../../clients/dialects/read.ts';
import { hostText } from '../../clients/redis/url.ts';
import type { Host } from '../../clients/redis/url.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { defineKind } from '../kind.ts';

const DEFAULT_PORT = 11211;
const MAX_KEY_LENGTH = 250;
const MAX_PREFIX_LENGTH = MAX_KEY_LENGTH - randomUUID().length;

export const memcached = defineKind({
  kind: 'memcached',
  works: 'on every pool, `version` answers, and a unique key that expires is set, read back, deleted',
  couldPass: "a pool so full that it soon evicts what it stores, and other pools than the application's",
  keys: {
    url: describe(
      v.pipe(
        v.string(),
        v.regex(/^memcached:\/\//, 'expected a URL that starts with memcached://'),
        v.check((url) => hostsIn(url) !== undefined, 'expected memcached:// and one or more host:port, without a user'),
      ),
      'memcached://host:11211; several hosts separated by commas are several pools, each of which must work.',
      'memcached://cache.example:11211',
    ),
    key_prefix: v.optional(
      describe(
        v.pipe(
          v.string(),
          v.regex(/^[\x21-\x7e]*$/, 'must have only printable ASCII characters, without spaces'),
          v.maxLength(MAX_PREFIX_LENGTH, `must have at most ${MAX_PREFIX_LENGTH} characters`),
        ),
        'Prefix of the unique key.',
        'shop:healthgate:',
      ),
      'healthgate:',
    ),
  },
  figures: { version: { label: 'server version', unit: '', sort: 'text' } },
  target: ({ url }) => `memcached ${addressesIn(url).join(',')}`,
  needs: ({ url }) => addressesIn(url),
  async check({ url, key_prefix }, context) {
    const { signal, stage } = context;
    signal.throwIfAborted(); // a socket that is created with an aborted signal connects nevertheless
    const pools = addressesIn(url).map((address) => new Pool(hostIn(address), signal));
    const [key, value] = [key_prefix + randomUUID(), randomUUID()];
    const all = <T>(work: Work<T>) => withAll(pools, stage, work);
    try {
      await all((pool, begin) => pool.connected(begin));
      const versions = await all(async (pool, begin) => {
        const version = await pool.version(begin);
        context.reached(pool.address);
        return version;
      });
      context.observe({ version: [...new Set(versions)].join(', ') });
      await all((pool, begin) => pool.set(key, value, begin));
      await all((pool, begin) => pool.get(key, value, begin));
      await all((pool, begin) => pool.delete(key, begin));
    } finally {
      for (const pool of pools) pool.destroy();
    }
  },
});

/** The hosts of the URL, each once; undefined if it is not one that this kind understands. */
function hostsIn(url: string): readonly Host[] | undefined {
  const list = /^memcached:\/\/([^/]+)\/?$/.exec(url)?.[1];
  try {
    return list?.split(',').map((host) => hostIn(host, DEFAULT_PORT));
  } catch {
    return undefined;
  }
}

function addressesIn(url: string): readonly string[] {
  return [...new Set(hostsIn(url)?.map(hostText))];
}

type Work<T> = (pool: Pool, begin: BeginStage) => Promise<T>;

/** Takes a step with all pools concurrently. If there are several, the stage names those that have not done it yet. */
function withAll<T>(pools: readonly Pool[], stage: BeginStage, work: Work<T>): Promise<T[]> {
  const waiting = new Set(pools);
  let [lastName, lastWhen] = ['', ''];
  const begin: BeginStage = (name, when = `during ${name}`) => {
    [lastName, lastWhen] = [name, when];
    const names = [...waiting].map(({ address }) => address).join(' and ');
    stage(name, pools.length === 1 ? when : `${when} (${names})`);
  };
  const one = async (pool: Pool) => {
    const result = await work(pool, begin);
    waiting.delete(pool);
    if (waiting.size > 0) begin(lastName, lastWhen);
    return result;
  };
  return Promise.all(pools.map(one));
}
