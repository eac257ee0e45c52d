/** Reads the URL of a server by the table of its dialect. What it does not understand is a mistake, never a guess. */
import { domainToASCII } from 'node:url';
import { didYouMean } from '../../did-you-mean.ts';
import type { Dialect, Parameter, Scheme } from './dialect.ts';
import { Draft } from './draft.ts';
import type { Host } from './draft.ts';
import { misplacedIn } from '../url-mistakes.ts';
import { UrlMistake } from './mistake.ts';

/**
 * @throws UrlMistake whose message contains no value of the URL.
 */
export function readUrl(text: string, dialect: Dialect): Draft {
  const { scheme, rest } = schemeIn(text, dialect);
  const misplaced = misplacedIn(rest);
  if (misplaced !== undefined) throw new UrlMistake(misplaced);
  const [, login, places = '', path = '', query = ''] =
    /^(?:([^@/?]*)@)?([^@/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest) ?? [];
  const draft = new Draft();
  if (scheme.tls === true) draft.want('the scheme', 'verify-full');
  readLogin(login, draft);
  if (scheme.isSocket === true) {
    draft.hosts = [{ host: `/${decode(path)}`, port: 0 }];
  } else {
    draft.hosts = places === '' ? [] : hostsIn(places, scheme.port, dialect);
    dialect.path(path, draft);
  }
  readParameters(query, dialect, draft);
  dialect.finish?.(draft);
  return draft;
}

/** What the scheme of a URL says. @throws UrlMistake */
export function schemeIn(text: string, dialect: Dialect): { name: string; scheme: Scheme; rest: string } {
  const [, jdbc, name = '', rest = ''] = /^(jdbc:)?([a-z][a-z0-9+.:-]*):\/\/(.*)$/is.exec(text) ?? [];
  const base = dialect.hasDrivers === true ? name.replace(/\+\w+$/, '') : name;
  const names =
    jdbc === undefined ? [name, base] : [`jdbc:${name}`, ...(dialect.hasDrivers === true ? [name, base] : [])];
  for (const key of names.map((one) => one.toLowerCase())) {
    const scheme = Object.hasOwn(dialect.schemes, key) ? dialect.schemes[key] : undefined;
    if (scheme !== undefined) return { name: key, scheme, rest };
  }
  throw new UrlMistake(`expected a URL that starts with ${dialect.example}`);
}

function readLogin(login: string | undefined, draft: Draft): void {
  if (login === undefined) return;
  const [user = '', ...rest] = login.split(':');
  if (rest.length > 1)
    throw new UrlMistake(
      'has more than one : before the @; those in user and password must be percent-encoded, as %3A',
    );
  if (user !== '') draft.user = decode(user);
  if (rest[0] !== undefined) draft.password = decode(rest[0]);
}

function hostsIn(places: string, port: number, dialect: Dialect): Host[] {
  const list = places.split(',');
  if (list.length > 1 && !dialect.isHostList)
    throw new UrlMistake('has more than one host; write a check for each of them');
  return list.map((place) => hostIn(place, port));
}

/**
 * `host`, `host:port`, an IPv6 address in brackets, or the percent-encoded path of a Unix socket.
 *
 * @param defaultPort Port to use if the text names none; without it, the text must name one.
 * @throws UrlMistake
 */
export function hostIn(place: string, defaultPort?: number): Host {
  const [, bracketed, plain = '', portText] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(.*))?$/i.exec(place) ?? [];
  const port = portText === undefined || portText === '' ? defaultPort : Number(portText);
  const isPort = /^\d{0,5}$/.test(portText ?? '') && port !== undefined && port >= 1 && port <= 65535;
  const host = bracketed ?? hostName(decode(plain));
  if (host === '') throw new UrlMistake('expected host or host:port; an IPv6 address stands in brackets');
  if (!isPort) throw new UrlMistake('has a port that is not a number from 1 to 65535; expected host or host:port');
  return { host, port };
}

/** A name as DNS writes it, an address or the path of a socket; '' if it is none of them. */
function hostName(text: string): string {
  if (text.startsWith('/')) return text;
  const name = /^[\x20-\x7e]*$/.test(text) ? text : domainToASCII(text);
  return /^[\w.-]+$/.test(name) ? name : '';
}

const normal = (name: string) => name.toLowerCase().replace(/[-_]/g, '');

function readParameters(query: string, dialect: Dialect, draft: Draft): void {
  const table = new Map(dialect.parameters.flatMap((entry) => entry.names.map((name) => [normal(name), entry])));
  const seen = new Map<string, string>();
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const [name = '', ...rest] = pair.split('=');
    const value = decode(rest.join('=').replaceAll('+', ' '));
    if (seen.has(normal(name)) && seen.get(normal(name)) !== value)
      throw new UrlMistake(`${shown(name)} is given twice, with different values`);
    seen.set(normal(name), value);
    // With an @, it may be the rest of a password that contains a question mark.
    apply(table.get(normal(name)), query.includes('@') ? '' : name, value, dialect, draft);
  }
}

function apply(entry: Parameter | undefined, name: string, value: string, dialect: Dialect, draft: Draft): void {
  try {
    if (entry?.fate === 'refused') throw new UrlMistake(`is not supported: ${entry.words}`);
    if (entry !== undefined) entry.read?.(value, draft);
    else if (dialect.others !== undefined) dialect.others.read(name, value, draft);
    else throw new UrlMistake(`is unknown${didYouMean(name, namesOf(dialect))}`);
  } catch (error) {
    if (!(error instanceof UrlMistake)) throw error;
    throw new UrlMistake(`the parameter ${shown(name)} ${error.message}`);
  }
}

function namesOf(dialect: Dialect): string[] {
  return dialect.parameters.flatMap(({ names }) => names);
}

/** A name, where it looks like one. */
function shown(name: string): string {
  return /^[a-z][\w.-]{0,59}$/i.test(name) ? name : 'after the ?';
}

/** @throws UrlMistake */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UrlMistake('has a % that is not part of a percent-encoding; write % itself as %25');
  }
}
