import { describe, expect, it } from 'vitest';
import { shortLine } from '../../lib/errors.ts';
import { hideAll } from '../../lib/hide.ts';

describe('a secret', () => {
  const SECRET = 'Correct-Horse';

  it.each([
    ['as it is', `wrong password ${SECRET}!`, 'wrong password ***!'],
    ['in lower case, as a host name is written', `no host ${SECRET.toLowerCase()}`, 'no host ***'],
    ['more than once', `${SECRET}${SECRET}`, '******'],
  ])('is hidden %s', (_name, text, expected) => {
    expect(hideAll([SECRET])(text)).toBe(expected);
  });

  describe.each([
    ['of letters', 'Correct-Horse'],
    ['with the characters that encodings change', `p@s/s+w&"r' <d>%(x)*!~`],
    ['with characters beyond ASCII', 'Schlüssel-😀-größe'],
    ['of several lines', 'first line\n\tsecond & last'],
    ['with half a character', 'half \ud83d of it'],
  ])('%s', (_name, secret) => {
    const valid = secret.toWellFormed();
    const html = valid.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
    const named = valid.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    it.each([
      ['in a component of a URL', encodeURIComponent(valid)],
      ['in a query', new URLSearchParams({ a: valid }).toString().slice(2)],
      ['in a URL', encodeURI(valid)],
      ['with lower-case octets', encodeURIComponent(valid).replace(/%../g, (octet) => octet.toLowerCase())],
      ['in JSON', JSON.stringify(secret).slice(1, -1)],
      [
        'in JSON of ASCII',
        JSON.stringify(valid)
          .slice(1, -1)
          .replace(/[^ -~]/g, unicodeEscaped),
      ],
      ['in JSON that is harmless in HTML', JSON.stringify(valid).slice(1, -1).replace(/[<>&]/g, unicodeEscaped)],
      ['in HTML', named.replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
      ['in HTML as Go writes it', named.replaceAll('"', '&#34;').replaceAll("'", '&#39;')],
      ['in HTML with numbers alone', html],
      ['where a URL drops line breaks', secret.replace(/[\t\r\n]/g, '')],
    ])('is hidden %s', (_where, written) => {
      expect(hideAll([secret])(`it said ${written}.`)).toBe('it said ***.');
    });

    it.each(['', 'u', 'us', 'use'])('is hidden in the base64 of %j and itself', (user) => {
      for (const encoding of ['base64', 'base64url'] as const) {
        const hidden = hideAll([secret])(Buffer.from(`${user}${valid}:`).toString(encoding));
        // What is left belongs to the text around it, and at most to two bits of it.
        expect(hidden).toMatch(/^[\w+/-]{0,4}\*\*\*[\w+/=-]{0,4}$/);
      }
    });
  });

  it('is hidden where it is a host name that is written in ASCII', () => {
    expect(hideAll(['bücher.example'])('no host xn--bcher-kva.example')).toBe('no host ***');
  });

  it('is hidden where a message puts it on one line', () => {
    const secret = 'first line\r\n\tsecond  line';
    expect(hideAll([secret])(shortLine(`it said ${secret}.`, 300))).toBe('it said ***.');
  });

  it('is hidden wherever a message is cut off', () => {
    const text = `it said ${SECRET}, and more`;
    for (let length = 13; length < text.length; length += 1)
      expect(hideAll([SECRET])(shortLine(text, length))).toMatch(/^it said \*\*\*/);
  });

  it('is hidden before a cut in the middle of a text', () => {
    expect(hideAll([SECRET])('the server said "Correct-H…" and closed')).toBe('the server said "***…" and closed');
  });

  it('leaves a text alone whose cut-off word only looks a little like it', () => {
    expect(hideAll([SECRET])('the answer is Cor…')).toBe('the answer is Cor…');
    expect(hideAll([SECRET])('the answer is wrong…')).toBe('the answer is wrong…');
  });
});

function unicodeEscaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
