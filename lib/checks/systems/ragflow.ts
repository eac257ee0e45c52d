import * as v from 'valibot';
import { isJsonObject, jsonObjectOf } from '../../clients/http/json.ts';
import type { JsonObject } from '../../clients/http/json.ts';
import { webNeeds, webTarget } from '../../clients/http/request.ts';
import type { HttpResponse } from '../../clients/http/request.ts';
import { ask, below, serverRoot } from '../../clients/http/rest.ts';
import { describe } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { after, serverWords } from '../../clients/server-words.ts';
import { answered } from '../../engine/connections.ts';
import type { CheckContext } from '../../engine/types.ts';
import { UnhealthyError } from '../../errors.ts';
import { defineComposite } from '../kind.ts';
import type { CompositeKind, ConfigOf } from '../kind.ts';
import { list } from '../phrases.ts';

/**
 * What `run_health_checks` asks: https://github.com/infiniflow/ragflow/blob/main/api/utils/health_utils.py
 * Servers in Go have `message_queue` as well.
 */
const PARTS = ['db', 'redis', 'doc_engine', 'storage'] as const;

/** The path of today, and that of older versions. */
const PATHS = ['/api/v1/system/healthz', '/v1/system/healthz'] as const;

const figures = { elapsed: { label: 'time that it took until it failed', unit: 'ms', sort: 'number' } } as const;

const keys = {
  url: describe(
    serverRoot(),
    `URL of RAGFlow, or of its health endpoint. Without a path, it is ${PATHS.join(', and if that is 404, ')}.`,
    'http://ragflow.example/api/v1/system/healthz',
  ),
  parts: v.optional(
    describe(
      v.pipe(
        v.array(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,39}$/, 'not the name of a part, such as db'))),
        v.minLength(1),
        v.maxLength(20),
        v.check((names) => new Set(names).size === names.length, 'must not have a part twice'),
        v.check((names) => !names.includes('status'), 'status is the whole, not a part'),
      ),
      'Parts that the answer must have.',
      [...PARTS, 'message_queue'],
    ),
    [...PARTS],
  ),
  ...tlsKeys,
};

type Config = ConfigOf<CompositeKind<typeof keys>>;

export const ragflow = defineComposite({
  kind: 'ragflow',
  works: 'the health endpoint says `ok` for the part; each part is a leaf of its own',
  couldPass: 'task executors that are gone, for which there is `ragflow_executors`, and a model that does not answer',
  keys,
  mistake: (config) => certificateMistake(config, config.url.startsWith('https:')),
  needs: webNeeds,
  target: ({ url }) => webTarget('ragflow', url),
  parts: ({ parts }) =>
    parts.map((name) => ({ name, figures, check: (config, context) => checkPart(name, config, context) })),
});

async function checkPart(
  name: string,
  config: Config,
  context: CheckContext<{ readonly elapsed: number }>,
): Promise<void> {
  context.stage('health', 'while waiting for its health');
  const key = JSON.stringify(['ragflow', config.url, config.ca, config.cert]);
  const response = await context.share(key, async (signal) =>
    answered(await askHealth(config, { signal, stage: context.stage })),
  );
  for (const address of webNeeds(config)) context.reached(address);
  const health = healthOf(response);
  context.observe({ elapsed: Number(metaOf(health, name)['elapsed']) });
  judge(name, health, config, response);
}

async function askHealth(config: Config, context: Pick<CheckContext, 'signal' | 'stage'>): Promise<HttpResponse> {
  const { url, ca, cert, key } = config;
  const paths = new URL(url).pathname === '/' ? PATHS : [''];
  let response: HttpResponse | undefined;
  for (const path of paths) {
    response = await ask({ kind: 'ragflow', url: path === '' ? url : below(url, path), ca, cert, key }, context);
    if (response.status !== 404) break;
  }
  if (response === undefined) throw new Error('there is no path');
  return response;
}

/** It answers 200 where all is well, else 500. */
function healthOf(response: HttpResponse): JsonObject {
  const { target, status } = response;
  if (status !== 200 && status !== 500) throw new UnhealthyError(`${target} answered ${status}, expected 200 or 500`);
  const health = jsonObjectOf(response);
  if (!PARTS.some((name) => Object.hasOwn(health, name)))
    throw new UnhealthyError(`${target} answered ${status}, but its JSON has none of ${PARTS.join(', ')}`);
  return health;
}

function judge(name: string, health: JsonObject, { parts }: Config, { target, status }: HttpResponse): void {
  const state = stateOf(health, name);
  if (state === undefined) throw new UnhealthyError(`${target} answered ${status}, but without the part ${name}`);
  if (state === 'nok') throw new UnhealthyError(`${name} is nok in ${target}${wordsOf(health, name)}`);
  if (state !== 'ok')
    throw new UnhealthyError(`${target} answered ${status}, but ${name} of its JSON is neither ok nor nok`);
  if (status === 200 && stateOf(health, 'status') === 'ok') return;
  // A part that is not ok has a leaf of its own. Without one, nobody else would tell.
  if (parts.some((other) => stateOf(health, other) !== 'ok')) return;
  const others = Object.keys(health).filter((other) => other !== 'status' && stateOf(health, other) === 'nok');
  if (others.length === 0)
    throw new UnhealthyError(`${target} answered ${status} and says that it is not ok, but not which part`);
  const [first = ''] = others;
  const which = list(others.map((other) => serverWords(other)));
  throw new UnhealthyError(`${which} is nok in ${target}, and is not in the key parts${wordsOf(health, first)}`);
}

/** `ok`, `nok`, another value as JSON, or undefined if it is missing. */
function stateOf(health: JsonObject, name: string): string | undefined {
  const value = health[name];
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function metaOf(health: JsonObject, name: string): JsonObject {
  const { _meta: meta } = health;
  const inner = isJsonObject(meta) ? meta[name] : undefined;
  return isJsonObject(inner) ? inner : {};
}

/** The text of an exception in its program. */
function wordsOf(health: JsonObject, name: string): string {
  const { error } = metaOf(health, name);
  return typeof error === 'string' ? after(serverWords(error)) : '';
}
