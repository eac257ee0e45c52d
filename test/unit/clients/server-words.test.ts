import { describe, expect, it } from 'vitest';
import { serverWords } from '../../../lib/clients/server-words.ts';

const SECRET = 'hunter2/x';

describe('serverWords', () => {
  it.each([
    ['relation "beat" does not exist', 'relation "beat" does not exist'],
    ['two\r\nlines\u0007 and\u202e more', 'two lines and more'],
    [`quotes ${SECRET} and hunter2%2Fx`, 'quotes *** and ***'],
    ['see amqp://app:pw@host/x', 'see amqp://***@host/x'],
    ['<!DOCTYPE html><p>no</p>', ''],
    [`token ${'a'.repeat(80)}`, 'token ***'],
    ['y'.repeat(20).concat(' '.repeat(3), 'word '.repeat(60)), expect.stringMatching(/^y{20} word .{170,}…$/)],
  ])('makes %j fit for a message', (text, expected) => {
    expect(serverWords(text, [SECRET])).toEqual(expected);
    expect(serverWords(text, [SECRET]).length).toBeLessThanOrEqual(200);
  });

  it('hides a short secret only where it stands alone', () => {
    expect(serverWords('a cat said a', ['a'])).toBe('*** cat said ***');
  });
});
