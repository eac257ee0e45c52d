import { describe, expect, it } from 'vitest';
import { CheckError } from '../../lib/errors.ts';
import { createLog } from '../../lib/log.ts';
import { collectedLog } from '../support/collected-log.ts';

const parsed = (line: string | undefined) => JSON.parse(line ?? '') as Record<string, unknown>;

describe('a log line', () => {
  it.each(['info', 'warn', 'error'] as const)(
    'is one JSON object with time, message and fields at the level %s',
    (level) => {
      const { log, lines } = collectedLog();
      log[level]('something\nhappened', { count: 3n, list: [1, 'two'] });
      expect(lines).toHaveLength(1);
      expect(lines[0]).not.toContain('\n');
      expect(parsed(lines[0])).toEqual({
        level,
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        message: 'something\nhappened',
        count: '3',
        list: [1, 'two'],
      });
    },
  );
});

describe('a logged error', () => {
  it('is written with its name, code, stack and causes', () => {
    const { log, lines } = collectedLog();
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNREFUSED' });
    log.error('failed', { error: new Error('outer', { cause }) });
    expect(parsed(lines[0]).error).toMatchObject({
      name: 'Error',
      message: 'outer',
      stack: expect.stringContaining('log.test.ts') as string,
      cause: { name: 'TypeError', code: 'ECONNREFUSED', message: 'inner' },
    });
  });

  it('is written without its stack when it was expected', () => {
    const { log, lines } = collectedLog();
    log.error('failed', { error: new CheckError('AuthError', 'denied') });
    expect(parsed(lines[0]).error).toEqual({ name: 'AuthError', code: 'AuthError', message: 'denied' });
  });

  it('is written with each of the errors that it combines', () => {
    const { log, lines } = collectedLog();
    log.error('failed', { error: new AggregateError([new Error('first'), 'no error', new Error('second')]) });
    expect(parsed(lines[0]).error).toMatchObject({ errors: [{ message: 'first' }, null, { message: 'second' }] });
  });

  it('is written even when it is its own cause', () => {
    const { log, lines } = collectedLog();
    const first = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;
    log.error('failed', { error: second });
    expect(parsed(lines[0]).error).toMatchObject({ message: 'second', cause: { message: 'first' } });
  });

  it.each([
    ['a circular object', circular()],
    [
      'an object that throws when it is written',
      {
        toJSON() {
          throw new Error('no');
        },
      },
    ],
    [
      'an error whose message throws',
      Object.defineProperty(new Error(), 'message', {
        get() {
          throw new Error('no');
        },
      }),
    ],
  ])('does not prevent the log line when a field is %s', (_name, field) => {
    const { log, lines } = collectedLog();
    log.warn('failed', { field });
    expect(parsed(lines[0])).toMatchObject({ level: 'warn', message: 'failed', fields: 'not JSON' });
  });
});

describe('a long log line', () => {
  it.each([
    ['message', 'x'.repeat(1_000_000), {}],
    ['text in a field', 'failed', { field: 'x'.repeat(1_000_000) }],
    ['list', 'failed', { field: Array.from({ length: 100_000 }, () => 'some text') }],
    ['object', 'failed', { field: Object.fromEntries(Array.from({ length: 100_000 }, (_, key) => [key, 'text'])) }],
    ['tree', 'failed', { field: Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => 'x'.repeat(999))) }],
    ['message of an error', 'failed', { error: new Error('x'.repeat(1_000_000)) }],
  ])('is cut because of a long %s', (_name, message, fields) => {
    const { log, lines } = collectedLog();
    log.error(message, fields);
    expect(parsed(lines[0])).toMatchObject({ level: 'error' });
    expect(lines[0]?.length).toBeLessThan(50_000);
  });

  it.each([4000, 4090, 4096, 4099, 4200])('shows no part of a secret that begins at character %d', (start) => {
    const { log, lines } = collectedLog();
    const secret = 'never-shown-'.repeat(20);
    log.hiding([secret]).info(`${'x'.repeat(start)}${secret.repeat(30)}`);
    expect(lines[0]).not.toContain('never');
  });
});

describe('a log that hides secrets', () => {
  const secret = 'p"ss\\word\n1';

  it('hides secrets in message, fields, nested values and errors, even when JSON escapes them', () => {
    const { log, lines } = collectedLog();
    const error = new Error(`in ${secret}`, { cause: new Error(`inner ${secret}`) });
    log.hiding([secret]).error(`message ${secret}`, { field: `${secret}${secret}`, nested: [{ deep: secret }], error });
    expect(lines[0]).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(lines[0]).not.toContain('word');
    expect(parsed(lines[0])).toMatchObject({ message: 'message ***', field: '******', nested: [{ deep: '***' }] });
  });

  it('hides secrets in the line that replaces one that cannot be written', () => {
    const { log, lines } = collectedLog();
    log.hiding([secret]).error(`message ${secret}`, { field: circular() });
    expect(parsed(lines[0]).message).toBe('message ***');
  });

  it('also hides the secrets of the log that it was made from', () => {
    const lines: string[] = [];
    createLog((line) => lines.push(line), ['first-secret'])
      .hiding(['second-secret'])
      .info('first-secret second-secret');
    expect(parsed(lines[0]).message).toBe('*** ***');
  });

  it('hides secrets completely when one contains another', () => {
    const { log, lines } = collectedLog();
    log.hiding(['abcd', 'abcdefgh']).info('abcdefgh abcd');
    expect(parsed(lines[0]).message).toBe('*** ***');
  });

  it('hides secrets completely when they overlap', () => {
    const { log, lines } = collectedLog();
    log.hiding(['abcdef', 'defghi']).info('abcdefghi abcdef-defghi');
    expect(parsed(lines[0]).message).toBe('*** ***-***');
  });

  it('does not hide secrets that are empty or shorter than four characters', () => {
    const { log, lines } = collectedLog();
    log.hiding(['', 'a', 'abc']).info('abc abc');
    expect(parsed(lines[0]).message).toBe('abc abc');
  });

  it('does not hide secrets in the log that it was made from', () => {
    const { log, lines } = collectedLog();
    log.hiding(['some secret']);
    log.info('some secret');
    expect(parsed(lines[0]).message).toBe('some secret');
  });
});

function circular(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}
