import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { celeryPing } from '../../../../lib/checks/queue/celery-ping.ts';
import { celeryQueue } from '../../../../lib/checks/queue/celery-queue.ts';
import { celeryKeys } from '../../../../lib/clients/celery/connect.ts';

const control = { control_exchange: 'celery' };

describe("the URL of Celery's broker", () => {
  it.each([
    'amqp://app:secret@mq.example:5672/shop',
    'amqps://mq.example',
    'redis://:secret@cache.example:6379/3',
    'rediss://cache.example',
    'redis+sentinel://one.example,other.example/main/3',
    'sqs://',
    'sqs://AKIAEXAMPLE:secret%2Fkey@',
    'sqs://AKIAEXAMPLE:secret@localhost:9324//',
    'sqs://localhost:9324?visibility_timeout=60',
  ])('may be %s', (url) => {
    expect(v.is(celeryKeys.url, url)).toBe(true);
  });

  it.each([
    [
      'redis+cluster://cache.example',
      'expected a URL that starts with amqp://, amqps://, redis://, rediss://, redis+sentinel:// or sqs://',
    ],
    [
      'http://mq.example',
      'expected a URL that starts with amqp://, amqps://, redis://, rediss://, redis+sentinel:// or sqs://',
    ],
    ['redis://cache.example/shop', 'has a database that is not a number'],
    ['amqp://app:pass/word@mq.example', 'has a / before the @'],
    ['sqs://AKIAEXAMPLE:secret/key@', 'has a / before the @'],
    ['sqs://AKIAEXAMPLE@', 'has only one half of an access key; before the @, expected KEY:SECRET, or nothing'],
    ['sqs://:secret@', 'has only one half of an access key'],
    ['sqs://sqs.eu-west-1.amazonaws.com', "names AWS's own host, which Celery calls without TLS: leave it out"],
    ['sqs://localhost:9324/shop', 'has a path, which means nothing to SQS'],
    ['sqs://?region=eu-west-1', 'region is not supported: write it into the key region'],
    ['sqs://?queue_name_prefix=shop-', 'write it into the key queue_prefix'],
    ['sqs://?is_secure=true', 'write the whole URL, https://…, into the key endpoint'],
    ['sqs://?polling_intervall=1', 'is unknown; did you mean polling_interval?'],
    ['sqs://one.example,other.example', 'has more than one host'],
  ])('may not be %s', (url, message) => {
    expect(v.safeParse(celeryKeys.url, url).issues?.[0].message).toContain(message);
  });
});

describe('SQS, over which workers cannot answer', () => {
  const results = { result_url: 'redis://cache.example' };
  const queue = { ...control, url: 'sqs://', queue: 'mails' };
  const task = { task: 'celery.accumulate', ...results };

  it('is refused by celery_ping, which says what to use instead', () => {
    expect(celeryPing.mistake?.({ ...control, url: 'sqs://', workers: 1 })).toEqual({
      path: 'url',
      message:
        'workers on SQS cannot be pinged: it has no remote control; ' +
        'use celery_queue with task, for example celery.accumulate, and result_url',
    });
  });

  it('is refused by celery_queue where nothing would be proved', () => {
    expect(celeryQueue.mistake?.(queue)).toMatchObject({
      path: 'task',
      message: expect.stringContaining('missing: over SQS, only a canary proves that a worker lives') as string,
    });
    expect(celeryQueue.mistake?.({ ...queue, task: 'celery.accumulate' })).toEqual({
      path: 'result_url',
      message: 'missing: no result comes back over SQS; name the Redis that stores the results',
    });
    expect(celeryQueue.mistake?.({ ...queue, ...task })).toBeUndefined();
    expect(celeryQueue.mistake?.({ ...queue, max_depth: 10 })).toMatchObject({ path: 'task' });
  });

  it('is named by its endpoint, whose port depends on the scheme, and needs nothing else but the results', () => {
    const named = (more: object) => {
      const config = { ...queue, ...task, ...more };
      return [celeryQueue.target(config), celeryQueue.needs(config)];
    };
    const redis = 'cache.example:6379';
    expect(named({})).toEqual(['celery queue mails at sqs', ['sqs', redis]]);
    expect(named({ url: 'sqs://k:hunter2@' })).toEqual(['celery queue mails at sqs', ['sqs', redis]]);
    for (const more of [{ url: 'sqs://k:hunter2@mq.example:9324//' }, { endpoint: 'http://mq.example:9324' }])
      expect(named(more)).toEqual(['celery queue mails at sqs mq.example:9324', ['mq.example:9324', redis]]);
    expect(named({ url: 'sqs://mq.example' })[1]).toContain('mq.example:80');
    expect(named({ endpoint: 'https://mq.example' })[1]).toContain('mq.example:443');
  });

  it.each([
    [{ url: 'sqs://mq.example', endpoint: 'http://mq.example' }, 'url', 'leave the host out'],
    [{ tls: 'verify-full' }, 'tls', 'means nothing to SQS'],
    [{ cert: 'PEM' }, 'key', 'missing: cert needs its private key'],
    [{ key: 'PEM' }, 'cert', 'missing: key needs the certificate'],
  ])('is refused with keys that contradict the URL or mean nothing: %j', (more, path, message) => {
    expect(celeryQueue.mistake?.({ ...queue, ...task, ...more })).toMatchObject({
      path,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('a key that means nothing', () => {
  it.each([
    ['key_prefix', 'sqs://', 'Redis'],
    ['key_prefix', 'amqp://mq.example', 'Redis'],
    ['region', 'amqp://mq.example', 'SQS'],
    ['endpoint', 'redis://mq.example', 'SQS'],
    ['queue_prefix', 'redis://mq.example', 'SQS'],
  ])('is a mistake: %s with %s', (key, url, broker) => {
    const results = { task: 'celery.accumulate', result_url: 'redis://cache.example' };
    const config = { ...control, ...results, url, queue: 'mails' };
    expect(celeryQueue.mistake?.({ ...config, [key]: 'x' })).toEqual({
      path: key,
      message: `only for a broker on ${broker}`,
    });
  });

  it('is a mistake: key_prefix with a broker that is not Redis', () => {
    const config = { ...control, url: 'amqp://mq.example', key_prefix: 'shop:', workers: 1 };
    expect(celeryPing.mistake?.(config)).toEqual({ path: 'key_prefix', message: 'only for a broker on Redis' });
    expect(celeryPing.mistake?.({ ...config, url: 'redis://mq.example' })).toBeUndefined();
  });

  it('is a mistake: result_prefix without result_url', () => {
    const config = { ...control, url: 'redis://cache.example', queue: 'mails', result_prefix: 'shop' };
    expect(celeryQueue.mistake?.(config)).toEqual({ path: 'result_prefix', message: 'needs result_url' });
    expect(celeryQueue.mistake?.({ ...config, result_url: 'redis://cache.example' })).toBeUndefined();
  });
});
