/** Turns a namespace's document into a `Namespace`: the tree of checks, and the tokens that open it. */
import { createHash } from 'node:crypto';
import type { Group, Roles } from '../engine/types.ts';
import { DocumentError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { schemaOf } from './configure.ts';
import type { ReadEnv } from './environment.ts';
import { readSummaryTokens, readTokens } from './given-tokens.ts';
import { isObject, typeName } from './json.ts';
import type { DocumentFormat, JsonObject } from './json.ts';
import { keyedByPaths } from './lists.ts';
import { unknownKeys } from './mistakes.ts';
import { hideAll, prepareToHide } from '../hide.ts';
import { ownSettings } from './own-settings.ts';
import { createPace } from '../pace.ts';
import { resolveReferences } from './references.ts';
import { readRoles, roles } from './roles.ts';
import type { ReadSecret } from './secret-values.ts';
import { credentialsIn, secretsIn } from './secrets.ts';
import { deadline, disabled, failingStatus, maxAge, Settings, timeout } from './settings.ts';
import type { AnySetting } from './settings.ts';
import { readDocument } from './source.ts';
import { digest } from './tokens.ts';
import { readTree } from './tree.ts';

/** A parsed document, ready to run. */
export interface Namespace {
  readonly name: string;
  readonly root: Group;
  /** SHA-256 of each access token, in hexadecimal. */
  readonly tokenDigests: readonly string[];
  /** SHA-256 of each token that opens no more than the summary. None of them is an access token too. */
  readonly summaryDigests: readonly string[];
  readonly disabled: boolean;
  /** Milliseconds that a whole run may take. */
  readonly deadlineMs: number;
  /** Milliseconds for which a report is shared. */
  readonly maxAgeMs: number;
  /** HTTP status of a failing report. */
  readonly failingStatus: number;
  /** Which checks play which role in the formats of other systems. */
  readonly roles: Roles;
  /** All settings, including those that a namespace itself does not use. */
  readonly settings: Settings;
  /** What no log line may contain: tokens, passwords, values read from the vault. */
  readonly secrets: readonly string[];
  /** Values of references that no report may contain either. */
  readonly concealed: readonly string[];
  /** All mistakes in the document that do not make it unusable. */
  readonly problems: readonly Problem[];
  /** Equal for equal documents and equal secrets. */
  readonly fingerprint: string;
  /** Whether the vault did not answer for one of the secrets that the document refers to. */
  readonly incomplete: boolean;
}

export interface ParseOptions {
  /** The syntax of the document; JSON unless given. */
  readonly format?: DocumentFormat;
  /** If left out, the document is only inspected: secrets that it refers to are not read. */
  readonly readSecret?: ReadSecret | undefined;
  /** If left out, the document may not read any environment variable. */
  readonly readEnv?: ReadEnv | undefined;
  /** Additional settings that the document may have, from the layers that use them. */
  readonly settings?: readonly AnySetting[];
}

/** The top-level keys of a document that are not settings. */
const FIXED_KEYS = ['$schema', 'access_token', 'access_tokens', 'summary_tokens', 'checks'];

/** Mistakes that are listed. */
const MAX_PROBLEMS = 1000;

/**
 * Reads a document. A mistake in a leaf makes that leaf a `ConfigurationError`; an invalid setting counts as left out.
 * Lets others have their turn while it works on a large document.
 *
 * @param name The namespace's name; empty if it is not known.
 * @throws DocumentError if it has no usable `access_tokens` or `checks`. The message begins with the path.
 */
export async function parseNamespace(
  name: string,
  text: string,
  { format = 'json', readSecret, readEnv, settings: further = [] }: ParseOptions = {},
): Promise<Namespace> {
  const pace = createPace();
  const parsed = await readDocument(text, format, pace);
  await pace();
  const sources = readSecret && { readSecret, readEnv };
  const resolved = await resolveReferences(parsed, sources, (object) =>
    object === parsed ? keyedByPaths : schemaOf(object),
  );
  const { document, values, incomplete, fingerprint } = resolved;
  const concealed = [...new Set([...resolved.concealed, ...credentialsIn(document)])];
  await prepareToHide(concealed, pace);
  const known = [...ownSettings, ...further];
  const problems = unknownKeys(document.keys(), [...FIXED_KEYS, ...known.map(({ key }) => key)]);
  const settings = new Settings(document, known, problems);
  const [timeoutMs, deadlineMs] = [settings.get(timeout) * 1000, settings.get(deadline) * 1000];
  if (document.has('timeout') && timeoutMs > deadlineMs)
    problems.push({ path: 'deadline', message: `below the timeout of ${String(timeoutMs / 1000)} s, and cuts it off` });
  const [tokens, root] = await bothOrRefuse(
    () => readTokens(document, name, problems),
    () => readTree(readChecks(document), { timeoutMs, deadlineMs, pace }, problems),
    { problems, concealed },
  );
  await pace();
  const summaryTokens = readSummaryTokens(document, { name, accessTokens: tokens }, problems);
  const secrets = [...new Set([...tokens, ...summaryTokens, ...values, ...secretsIn(values), ...secretsIn(document)])];
  await prepareToHide(secrets, pace);
  return {
    name,
    root,
    tokenDigests: tokens.filter((token) => !summaryTokens.includes(token)).map(digest),
    summaryDigests: summaryTokens.map(digest),
    disabled: settings.get(disabled),
    deadlineMs,
    maxAgeMs: settings.get(maxAge) * 1000,
    failingStatus: Math.trunc(settings.get(failingStatus)),
    roles: readRoles(settings.get(roles), root, problems),
    settings,
    secrets,
    concealed,
    problems: told({ problems, concealed }),
    fingerprint: createHash('sha256')
      .update(JSON.stringify([text, fingerprint]))
      .digest('hex'),
    incomplete,
  };
}

interface Found {
  readonly problems: readonly Problem[];
  readonly concealed: readonly string[];
}

/** The mistakes for everybody who shows them: not too many, and without what was read from secrets. */
function told({ problems, concealed }: Found): readonly Problem[] {
  if (problems.length === 0) return problems;
  const hide = hideAll(concealed);
  return limited(problems).map((problem) => ({ ...problem, message: hide(problem.message) }));
}

function limited(problems: readonly Problem[]): readonly Problem[] {
  const more = problems.length - MAX_PROBLEMS;
  if (more <= 0) return problems;
  return [...problems.slice(0, MAX_PROBLEMS), { path: '', message: `${String(more)} more mistakes` }];
}

/**
 * Reads both required parts of a document, the second even if the first is unusable, so that one error lists all
 * mistakes.
 *
 * @throws DocumentError for the first part that is refused, together with all other mistakes.
 */
async function bothOrRefuse<A, B>(
  readFirst: () => A,
  readSecond: () => Promise<B>,
  { problems, concealed }: Found,
): Promise<[A, B]> {
  const refusals: DocumentError[] = [];
  const attempt = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      refusals.push(error);
      return undefined;
    }
  };
  const first = await attempt(readFirst);
  const second = await attempt(readSecond);
  if (first !== undefined && second !== undefined) return [first, second];
  const firsts = refusals.map((error) => error.problems[0]);
  const rest = refusals.flatMap((error) => error.problems.slice(1));
  const [why, ...others] = told({ problems: [...firsts, ...rest, ...problems], concealed });
  throw new DocumentError(why ?? '', others);
}

function readChecks(document: JsonObject): JsonObject {
  const checks = document.get('checks');
  const refusal = (message: string) => new DocumentError({ path: 'checks', message });
  if (checks === undefined) throw refusal('missing');
  if (!isObject(checks)) throw refusal(`expected an object, got ${typeName(checks)}`);
  if (checks.size === 0) throw refusal('must not be empty');
  return checks;
}
