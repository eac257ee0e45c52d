/** Schemas and memory for what is read from URLs. */
import * as v from 'valibot';
import type { Dialect } from './dialect.ts';
import type { Server } from './draft.ts';
import { mistakeIn, UrlMistake } from './mistake.ts';
import { readUrl } from './read.ts';

/** A URL that a dialect understands, and that `finish` finds no mistake in. */
export function serverUrl(dialect: Dialect, finish: (server: Server) => void = () => undefined) {
  return urlWithout((text) => {
    finish(readUrl(text, dialect).finished());
  });
}

/** A string in which reading finds no `UrlMistake`. */
export function urlWithout(read: (text: string) => void) {
  const mistake = (text: string) =>
    mistakeIn(() => {
      read(text);
    });
  return v.pipe(
    v.string(),
    v.check(
      (text) => mistake(text) === undefined,
      (issue) => mistake(issue.input) ?? '',
    ),
  );
}

/** For servers that have no user of their own to fall back on. @throws UrlMistake */
export function requireUser({ user }: Server): void {
  if (user === undefined || user === '') throw new UrlMistake('has no user before the host');
}

/** The server that a configuration means, read once. */
export function serverOf(dialect: Dialect): (config: { readonly url: string }) => Server {
  return onceFor((config) => readUrl(config.url, dialect).finished());
}

/** The same for something that is needed many times in a run: it is made once for each configuration. */
export function onceFor<Config extends object, Made>(make: (config: Config) => Made): (config: Config) => Made {
  const made = new WeakMap<Config, { readonly value: Made }>();
  return (config) => {
    const found = made.get(config) ?? { value: make(config) };
    made.set(config, found);
    return found.value;
  };
}
