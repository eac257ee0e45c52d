/** The ways in which a secret may be written where it turns up. */
import { domainToASCII } from 'node:url';
import { shortLine } from './errors.ts';

/** A longer secret is a file, of which no server returns more than a message has room for. */
const MAX_ENCODED_LENGTH = 8192;

const BEYOND_ASCII = /[^\0-~]/;

/**
 * The secret as it is; as messages, URLs and host names write it; and as a server may return it: percent-encoded, as
 * part of JSON, HTML or base64. Each encoding is only made where it changes something, since there may be thousands.
 */
export function spellingsOf(secret: string): readonly string[] {
  const lines = [secret, secret.toLowerCase(), shortLine(secret, secret.length), ...inUrl(secret)];
  if (secret.length > MAX_ENCODED_LENGTH) return lines;
  const valid = secret.toWellFormed();
  return [
    ...lines,
    ...percentEncoded(valid),
    ...inJson(valid),
    ...inJson(secret),
    ...inHtml(valid),
    ...inBase64(valid),
  ];
}

/** A URL loses line breaks and tabs, and its host becomes lower-case ASCII: https://url.spec.whatwg.org/ */
function inUrl(secret: string): string[] {
  const line = secret.replace(/[\t\r\n]+/g, '');
  const ascii = BEYOND_ASCII.test(line) ? [domainToASCII(line)] : [];
  return line === secret ? ascii : [line, line.toLowerCase(), ...ascii];
}

/** RFC 3986 reserves five characters that JavaScript leaves as they are. Forms write a space as a plus. */
function percentEncoded(secret: string): string[] {
  if (!/[^\w.~-]/.test(secret)) return secret.includes('~') ? [secret.replaceAll('~', '%7E')] : [];
  const encoded = encodeURIComponent(secret);
  const strict = encoded.replace(/[!'()*]/g, octetOf);
  const form = strict.replaceAll('%2A', '*').replaceAll('~', '%7E').replaceAll('%20', '+');
  const all = new Set([encoded, strict, form, strict.replaceAll('%20', '+'), encodeURI(secret)]);
  return [...all].flatMap((text) => [text, text.replace(/%[\dA-F]{2}/g, (octet) => octet.toLowerCase())]);
}

function octetOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** As JavaScript writes it; with characters beyond ASCII escaped, as in Python; and with those of HTML, as in Go. */
function inJson(secret: string): string[] {
  if (!/["\\/<>&]|[^ -~]/.test(secret)) return [];
  const text = JSON.stringify(secret).slice(1, -1);
  const ascii = BEYOND_ASCII.test(text) ? text.replace(/[^\0-~]/g, unicodeEscaped) : text;
  const harmless = text.replace(/[<>&]/g, unicodeEscaped);
  return [text, ascii, harmless, text.replaceAll('/', '\\/'), text.replaceAll('\\"', '\\u0022')];
}

function unicodeEscaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function inHtml(secret: string): string[] {
  if (!/[&<>"']/.test(secret)) return [];
  const text = secret.replace(/[&<>"]/g, (character) => NAMED[character] ?? character);
  const apostrophes = ['&#39;', '&#x27;', '&#039;', '&apos;'].map((entity) => text.replaceAll("'", entity));
  const numbers = secret.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
  return [text, numbers, ...apostrophes, ...apostrophes.map((one) => one.replaceAll('&quot;', '&#34;'))];
}

/** Wherever it begins within what was encoded, such as `user:password`: the characters that depend on it alone. */
function inBase64(secret: string): string[] {
  return ['', ' ', '  '].flatMap((before) => {
    const bytes = Buffer.from(before + secret);
    const end = Math.floor((bytes.length * 4) / 3);
    const own = bytes.toString('base64').slice(before === '' ? 0 : before.length + 1, end);
    return /[+/]/.test(own) ? [own, own.replaceAll('+', '-').replaceAll('/', '_')] : [own];
  });
}
