import { describe, expect, it } from 'vitest';
import { whoIsMissing } from '../../../../lib/checks/queue/celery-ping.ts';
import { Answers, patience } from '../../../../lib/clients/celery/answers.ts';
import { ACTIVE_QUEUES, canaryOf, outcomeOf, PING, taskMessage } from '../../../../lib/clients/celery/messages.ts';

const never = new AbortController().signal;
const json = (content: Buffer) => ({ contentType: 'application/json', content });
const reply = (body: unknown) => json(Buffer.from(JSON.stringify(body)));

describe('Answers', () => {
  it('keeps one answer for each worker', () => {
    const answers = new Answers(PING);
    answers.add(reply({ 'celery@a': { ok: 'pong' } }));
    answers.add(reply({ 'celery@a': { ok: 'pong' } }));
    answers.add(reply({ 'celery@b': { ok: 'pong' } }));
    expect([...answers.byWorker.keys()]).toEqual(['celery@a', 'celery@b']);
  });

  it('lists the queues that a worker consumes', () => {
    const answers = new Answers(ACTIVE_QUEUES);
    answers.add(reply({ 'celery@a': [{ name: 'low', routing_key: 'x' }, { name: 'high' }] }));
    expect(answers.byWorker.get('celery@a')).toEqual(new Set(['low', 'high']));
  });

  it.each([
    ['invalid JSON', json(Buffer.from('{"celery@a":'))],
    ['binary data', json(Buffer.from([0xff, 0x00, 0xfe]))],
    ['null', reply(null)],
    ['a list', reply(['pong'])],
    ['a number', reply(7)],
    ['an error', reply({ 'celery@a': { error: 'no such command' } })],
    ['a wrong word', reply({ 'celery@a': { ok: 'ping' } })],
  ])('ignores an answer that is %s', (_name, content) => {
    const answers = new Answers(PING);
    answers.add(content);
    expect(answers.byWorker.size).toBe(0);
  });

  it('ignores invalid queues', () => {
    const answers = new Answers(ACTIVE_QUEUES);
    answers.add(reply({ 'celery@a': { error: 'x' }, 'celery@b': [null, 7, {}] }));
    expect([...answers.byWorker]).toEqual([['celery@b', new Set()]]);
  });

  it.each([
    [
      'protocol 2',
      '\x80\x02}q\x00X\x08\x00\x00\x00celery@aq\x01}q\x02X\x02\x00\x00\x00okq\x03X\x04\x00\x00\x00pongq\x04ss.',
    ],
    [
      'protocol 4',
      '\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x08celery@a\x94}\x94\x8c\x02ok\x94\x8c\x04pong\x94ss.',
    ],
  ])('names the worker that answers in pickle, %s, without decoding the answer', (_name, pickle) => {
    const answers = new Answers(PING);
    answers.add({ contentType: 'application/x-python-serialize', content: Buffer.from(pickle, 'latin1') });
    expect([...answers.byWorker.keys()]).toEqual([]);
    expect(answers.unread.get('celery@a')).toMatch(/^celery@a answered in application\/x-python-serialize, which is/);
  });

  it('stops waiting when every expected worker has answered', async () => {
    const answers = new Answers(PING);
    answers.expect(2);
    const waiting = answers.until(() => answers.byWorker.size >= 3, 10_000, never);
    answers.add(reply({ 'celery@a': { ok: 'pong' } }));
    answers.add(reply({ 'celery@b': { error: 'x' } }));
    await expect(waiting).resolves.toBe(false);
  });

  it('rejects with the error that lost the broker', async () => {
    const answers = new Answers(PING);
    const waiting = answers.until(() => false, 10_000, never);
    answers.lose(new Error('the broker is gone'));
    await expect(waiting).rejects.toThrow('the broker is gone');
  });

  it('lets each caller wait for its own condition', async () => {
    const answers = new Answers(PING);
    const one = answers.until(() => answers.byWorker.size >= 1, 10_000, never);
    const many = answers.until(() => answers.byWorker.size >= 9, 5, never);
    answers.add(reply({ 'celery@a': { ok: 'pong' } }));
    await expect(one).resolves.toBe(true);
    await expect(many).resolves.toBe(false);
  });

  it('does not wait when there are enough answers already', async () => {
    const answers = new Answers(PING);
    await expect(answers.until(() => true, 0, never)).resolves.toBe(true);
  });

  it('stops waiting when the signal is aborted', async () => {
    const answers = new Answers(PING);
    const controller = new AbortController();
    const waiting = answers.until(() => false, 10_000, controller.signal);
    controller.abort(new Error('the time is up'));
    await expect(waiting).rejects.toThrow('the time is up');
    await expect(answers.until(() => true, 10_000, controller.signal)).rejects.toThrow('the time is up');
  });
});

describe('the time to wait for workers', () => {
  it('ends a tenth before the limit', () => {
    expect(patience(500, 480)).toBe(430);
  });

  it('ends at most 100 ms before the limit', () => {
    expect(patience(10_000, 9000)).toBe(8900);
  });

  it('is the whole limit when connecting took most of it', () => {
    expect(patience(1000, 400)).toBe(1000);
  });
});

describe('whoIsMissing', () => {
  it.each([
    [1, [], 'no worker answered ping'],
    [3, [], 'no worker answered ping'],
    [2, ['celery@a'], '1 of at least 2 workers answered: celery@a'],
    [['celery@a', 'celery@b'], ['celery@a'], 'worker celery@b did not answer ping; celery@a did'],
    [['celery@a', 'celery@b'], [], 'workers celery@a, celery@b did not answer ping; nor did any other'],
    [['celery@a'], ['celery@b', 'celery@c'], 'worker celery@a did not answer ping; celery@b, celery@c did'],
    [9, ['a', 'b', 'c', 'd', 'e', 'f', 'g'], '7 of at least 9 workers answered: a, b, c, d, e and 2 more'],
  ])('says who is missing of %j when %j answered', (workers, answered, message) => {
    expect(whoIsMissing(workers, answered)).toBe(message);
  });
});

describe('whoIsMissing, with answers that cannot be read', () => {
  const unread = new Map([['celery@b', 'celery@b answered in pickle']]);

  it.each([
    [1, [], 'celery@b answered in pickle'],
    [2, ['celery@a'], '1 of at least 2 workers answered: celery@a; celery@b answered in pickle'],
    [['celery@b'], [], 'celery@b answered in pickle'],
    [['celery@a', 'celery@b'], [], 'worker celery@a did not answer ping; celery@b answered in pickle'],
    [
      ['celery@a', 'celery@c'],
      ['celery@a'],
      'worker celery@c did not answer ping; celery@a did; celery@b answered in pickle',
    ],
  ])('never counts them as silence: of %j, %j answered', (workers, answered, message) => {
    expect(whoIsMissing(workers, answered, unread)).toBe(message);
  });
});

describe('a task', () => {
  it('is a message in version 2 of the protocol', () => {
    const message = taskMessage('an id', 'app.ping', new Date(Date.UTC(2030, 0, 2, 3, 4, 5)));
    expect(JSON.parse(message.content)).toEqual([
      [],
      {},
      { callbacks: null, errbacks: null, chain: null, chord: null },
    ]);
    expect(message).toMatchObject({
      correlationId: 'an id',
      contentType: 'application/json',
      headers: { task: 'app.ping', id: 'an id', root_id: 'an id', expires: '2030-01-02T03:04:05.000+00:00' },
    });
  });

  it.each([
    ['success', { status: 'SUCCESS', result: 'pong' }],
    ['success', { status: 'SUCCESS', result: null }],
    ['failure', { status: 'FAILURE', result: { exc_type: 'ValueError', exc_message: ['x'] } }],
    ['failure', { status: 'FAILURE', result: null }],
    ['failure', { status: 'REVOKED', result: { exc_type: 'TaskRevokedError' } }],
    ['unknown task', { status: 'FAILURE', result: { exc_type: 'NotRegistered', exc_message: ['app.ping'] } }],
    [undefined, { status: 'STARTED' }],
    [undefined, { status: 'RETRY' }],
    [undefined, null],
    [undefined, [1]],
  ])('has the outcome %s when the result is %j', (outcome, result) => {
    expect(outcomeOf(JSON.stringify(result))).toBe(outcome);
  });

  it('has an unreadable outcome when the result is not JSON', () => {
    expect(outcomeOf(Buffer.from([0x80, 0x04, 0x95]))).toBe('unreadable');
  });

  it('gets an argument, and must return it, when it is the one that is built into every worker', () => {
    const canary = canaryOf('celery.accumulate', 'high', 1000);
    expect(JSON.parse(canary.message.content)).toEqual([['x'], {}, expect.anything()]);
    expect(outcomeOf(JSON.stringify({ status: 'SUCCESS', result: ['x'] }), canary)).toBe('success');
    expect(outcomeOf(JSON.stringify({ status: 'SUCCESS', result: 'pong' }), canary)).toBe('other result');
  });
});
