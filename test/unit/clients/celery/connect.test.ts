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
  ])('may be %s', (url) => {
    expect(v.is(celeryKeys.url, url)).toBe(true);
  });

  it.each([
    [
      'redis+cluster://cache.example',
      'expected a URL that starts with amqp://, amqps://, redis://, rediss:// or redis+',
    ],
    ['http://mq.example', 'expected a URL that starts with amqp://, amqps://, redis://, rediss:// or redis+'],
    ['redis://cache.example/shop', 'has a database that is not a number'],
    ['amqp://app:pass/word@mq.example', 'has a / before the @'],
  ])('may not be %s', (url, message) => {
    expect(v.safeParse(celeryKeys.url, url).issues?.[0].message).toContain(message);
  });
});

describe('a key that means nothing', () => {
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
