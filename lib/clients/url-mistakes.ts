/** Says what is wrong with a URL, without quoting it. */

const ADVICE = 'special characters in user and password must be percent-encoded';

/**
 * Special characters that end the user, the password or the host too early.
 *
 * @param rest What follows the scheme and its `://`.
 */
export function misplacedIn(rest: string): string | undefined {
  const end = /[/?#]/.exec(rest)?.index ?? rest.length;
  const ats = rest.slice(0, end).split('@').length - 1;
  if (ats > 1) return `has more than one @ before the host; ${ADVICE}: @ as %40`;
  if (ats === 0 && rest.includes('@') && !/^[^?#]*\?[^@#]*=[^?#]*$/.test(rest))
    return `has a ${rest[end] ?? ''} before the @; ${ADVICE}: / as %2F, ? as %3F, # as %23`;
  if (rest.includes('#')) return `has a #, which ends a URL; ${ADVICE}: # as %23`;
  if (/^[^?]*@[^?]*\/[^?]*@/.test(rest)) return `has an @ after the host; ${ADVICE}: @ as %40`;
  return undefined;
}

/** Why the runtime cannot parse a URL that begins with a scheme and `://`. */
export function unparsable(text: string): string {
  const rest = text.replace(/^[^:]*:\/\//, '');
  const misplaced = rest.includes('@') ? misplacedIn(rest) : undefined;
  if (misplaced !== undefined) return misplaced;
  const authority = (/^[^/?#]*/.exec(rest)?.[0] ?? '').replace(/^.*@/, '');
  if (authority.startsWith('[') && !authority.includes(']')) return 'has a [ without a ]';
  const [, host = '', port] = /^(\[.*\]|[^:]*)(?::(.*))?$/.exec(authority) ?? [];
  if (host === '') return /^[^:]*:.*:/.test(authority) ? 'has an IPv6 address without brackets' : 'has no host';
  if (port !== undefined && !(/^\d*$/.test(port) && Number(port) <= 65535))
    return 'has a port that is not a number up to 65535';
  return 'has a host that is not a valid name or address';
}
