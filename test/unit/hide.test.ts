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
