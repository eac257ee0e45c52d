/** The parameter `env`: environment variables that documents may read, each as `NAME`, or as `NAME=value` to set it. */

/** https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
const NAME = /^[A-Za-z]\w+$/;

/** Variables that Lambda and Healthgate set themselves. A document may read some of them, but nobody may set them. */
const RESERVED = /^(?:AWS|LAMBDA|HEALTHGATE|VAULT|BAO|NODE)_/;

/** Credentials of the function itself, which no document may read. */
const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'VAULT_TOKEN', 'BAO_TOKEN'];

/** A reference that CloudFormation replaces during a deployment, so that the value is in no template. */
export const isDynamic = (value: string) => /^\{\{resolve:[^{}]+\}\}$/.test(value);

interface Entry {
  readonly name: string;
  /** Undefined for a variable that something else sets. */
  readonly value: string | undefined;
}

function entryOf(item: string): Entry {
  const equals = item.indexOf('=');
  return equals < 0
    ? { name: item.trim(), value: undefined }
    : { name: item.slice(0, equals).trim(), value: item.slice(equals + 1).trim() };
}

/** The environment variables that the items stand for: `HEALTHGATE_ENV`, and those that have a value. */
export function variablesOf(items: readonly string[]): Readonly<Record<string, string>> {
  if (items.length === 0) return {};
  const entries = items.map(entryOf);
  const set = entries.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  return { HEALTHGATE_ENV: entries.map(({ name }) => name).join(','), ...Object.fromEntries(set) };
}

/** Each mistake in one sentence. No message repeats a value, which may be a secret. */
export function mistakesInEnv(items: readonly string[]): string[] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const { name, value } = entryOf(item);
    const isTwice = seen.has(name);
    seen.add(name);
    if (!NAME.test(name)) {
      const given = value === undefined ? JSON.stringify(name) : `${JSON.stringify(name)} before the =`;
      return [`env: expected NAME or NAME=value, with letters, digits and underscores in the name, got ${given}`];
    }
    if (isTwice) return [`env: expected each variable only once, got ${name} twice`];
    if (CREDENTIALS.includes(name)) return [`env: expected no credentials of the function itself, got ${name}`];
    if (value === undefined) return [];
    if (RESERVED.test(name)) return [`env: expected no value for ${name}, which Lambda or Healthgate sets`];
    if (value === '') return [`env: expected a value after ${name}=, got nothing`];
    if (value.startsWith('{{') && !isDynamic(value))
      return [`env: expected a whole reference such as {{resolve:secretsmanager:<name>}} after ${name}=`];
    return [];
  });
}
