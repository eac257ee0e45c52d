/** Reads the environment variables that documents may refer to. */
import { Unread } from './json.ts';
import { shortName } from './names.ts';

/** The variable that lists which others documents may read: names, separated by commas. */
export const LIST = 'HEALTHGATE_ENV';

/** Reads an environment variable that a document refers to; an `Unread` says why it may not be read. */
export type ReadEnv = (name: string) => string | Unread;

/** Documents may read only what is listed: whoever writes a document need not be trusted with the whole environment. */
export function environmentOf(env: Readonly<Record<string, string | undefined>>): ReadEnv {
  const listed = new Set((env[LIST] ?? '').split(',').map((name) => name.trim()));
  return (name) => {
    const variable = `the environment variable ${shortName(name)}`;
    if (!listed.has(name) || name === '')
      return new Unread(`${variable} may not be read; add it to ${LIST} (names, separated by commas)`);
    return env[name] ?? new Unread(`${variable} is listed in ${LIST}, but not set`);
  };
}
