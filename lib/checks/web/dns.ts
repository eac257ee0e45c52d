import { Resolver } from 'node:dns/promises';
import * as v from 'valibot';
import { ConfigurationError, shortLine, TimeoutError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { codeOf } from '../../errors.ts';
import { networkError } from '../../clients/network-errors.ts';
import { defineKind } from '../kind.ts';
import { describe, hostName, text } from '../../clients/keys.ts';

/** How each type is looked up. The answers are written like those of `dig +short`. */
const QUERIES = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CAA: async (resolver, name) =>
    (await resolver.resolveCaa(name)).flatMap(({ critical, ...properties }) =>
      Object.entries(properties).map(([tag, value]) => `${critical} ${tag} "${String(value)}"`),
    ),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`),
  NS: (resolver, name) => resolver.resolveNs(name),
  PTR: (resolver, name) => resolver.resolvePtr(name),
  SRV: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map(
      ({ priority, weight, port, name }) => `${priority} ${weight} ${port} ${name}`,
    ),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((chunks) => chunks.join('')),
} satisfies Record<string, (resolver: Resolver, name: string) => Promise<string[]>>;

const TYPES = Object.keys(QUERIES) as (keyof typeof QUERIES)[];

/** The longest name that DNS knows. */
const MAX_NAME = 254;

/** A lost datagram is sent again within the check's time. */
const TRIES = 3;

export const dns = defineKind({
  kind: 'dns',
  works: 'the name resolves as expected',
  couldPass:
    "without `expect`, any record of the type, even a wrong one; a name server's old copy; records beside the expected",
  keys: {
    name: describe(
      v.pipe(hostName(), v.maxLength(MAX_NAME, 'too long for a host name')),
      'Name to look up.',
      'shop.example',
    ),
    type: v.optional(describe(v.picklist(TYPES), 'Type of the records.', 'MX'), 'A'),
    expect: v.optional(
      describe(
        v.union([text(), v.pipe(v.array(text()), v.nonEmpty('must not be empty'))]),
        'Answers that must be given, as dig +short writes them: 192.0.2.1, 10 mail.example for MX, TXT without quotes.',
        ['192.0.2.1'],
      ),
    ),
    server: v.optional(
      describe(
        v.pipe(v.string(), v.check(isServer, 'expected an IP address, with :port unless it is 53')),
        "Name server to ask; the machine's own unless set.",
        '192.0.2.53',
      ),
    ),
  },
  figures: { answers: { label: 'answers', unit: '', sort: 'list' } },
  // The name server, if it is set. The name itself is what is checked.
  needs: ({ server }) => (server === undefined ? [] : [server]),
  target: ({ name, type, server }) => `dns ${type} ${name}${server === undefined ? '' : ` at ${server}`}`,
  async check(config, context) {
    const { signal, limitMs } = context;
    const target = dns.target(config);
    const resolver = new Resolver({ timeout: Math.max(1, Math.ceil(limitMs / (TRIES + 1))), tries: TRIES });
    if (config.server !== undefined) resolver.setServers([config.server]);
    const cancel = () => {
      resolver.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      signal.throwIfAborted();
      context.stage('query');
      const answers = await answersTo(config, resolver, target);
      context.observe({ answers });
      judge(answers, [config.expect ?? []].flat(), config.type, target);
    } catch (error) {
      throw lookupError(error, target) ?? error;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  },
});

/**
 * At least one answer. Node also resolves to none: where the name is an alias that leads to no record of this type.
 *
 * @throws UnhealthyError if there is none, and the name is an alias.
 */
async function answersTo(
  { name, type }: { readonly name: string; readonly type: keyof typeof QUERIES },
  resolver: Resolver,
  target: string,
): Promise<string[]> {
  const failure = await QUERIES[type](resolver, name).then(
    (answers) => (answers.length > 0 ? answers : 'ENODATA'),
    (error: unknown) => {
      const code = codeOf(error) ?? '';
      if (NO_ANSWER[code] === undefined) throw error;
      return code;
    },
  );
  if (typeof failure !== 'string') return failure;
  // The failure is known already; the alias only explains it.
  const [alias] = type === 'CNAME' ? [] : await resolver.resolveCname(name).catch(() => []);
  const of = alias === undefined ? '' : `the name is an alias (CNAME) of ${shortLine(alias, MAX_NAME)}, but there is `;
  throw new UnhealthyError(`${target}: ${of}${NO_ANSWER[failure] ?? ''}`);
}

/** https://nodejs.org/api/dns.html#error-codes */
const NO_ANSWER: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name',
  ENODATA: 'no record of this type',
};

function judge(answers: readonly string[], expected: readonly string[], type: string, target: string): void {
  // Names and addresses are case-insensitive; texts are not.
  const normal = (record: string) => (type === 'TXT' ? record : record.toLowerCase().replace(/\.$/, ''));
  const found = new Set(answers.map(normal));
  const missing = expected.filter((record) => !found.has(normal(record)));
  if (missing.length > 0)
    throw new UnhealthyError(`${target}: expected ${listed(missing)}, which is missing from ${listed(answers)}`);
}

const MAX_LISTED = 4;
const MAX_RECORD = 40;

function listed(records: readonly string[]): string {
  const more = records.length - MAX_LISTED;
  const shown = records.slice(0, MAX_LISTED).map((record) => shortLine(record, MAX_RECORD));
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** https://nodejs.org/api/dns.html#error-codes */
const LOOKUP_ERRORS: Readonly<Record<string, (target: string) => CheckError>> = {
  ESERVFAIL: (target) => new UnhealthyError(`${target}: the name server failed (SERVFAIL); is the zone intact?`),
  EREFUSED: (target) => new UnhealthyError(`${target}: the name server refused to answer (REFUSED)`),
  ENOTIMP: (target) => new UnhealthyError(`${target}: the name server does not support this kind of query (NOTIMP)`),
  EFORMERR: (target) => new UnhealthyError(`${target}: the name server does not understand the query (FORMERR)`),
  EBADRESP: (target) => new UnhealthyError(`${target}: the name server did not answer with DNS`),
  EBADNAME: (target) => new ConfigurationError(`${target}: not a name that can be looked up`),
  ETIMEOUT: (target) => new TimeoutError(`no answer from ${target}`),
};

function lookupError(error: unknown, target: string): CheckError | undefined {
  return LOOKUP_ERRORS[codeOf(error) ?? '']?.(target) ?? networkError(error, target);
}

function isServer(text: string): boolean {
  try {
    new Resolver().setServers([text]);
    return true;
  } catch {
    return false;
  }
}
