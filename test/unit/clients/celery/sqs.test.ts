import { describe, expect, it } from 'vitest';
import { sqsName } from '../../../../lib/clients/celery/sqs.ts';

/** What `Channel.canonical_queue_name` of kombu 5.7 makes of each. */
describe('the name that a queue of Celery has in SQS', () => {
  it.each([
    ['mails', 'mails'],
    ['queues.high_priority', 'queues-high_priority'],
    ['a-b_c', 'a-b_c'],
    ['a.b.c!d@e:f/g[h]{i}~j', 'a-b-c_d_e_f_g_h__i__j'],
    ['`^\\"#$%&\'()*+,;<=>?|', '____________________'],
    ['jobs.fifo', 'jobs.fifo'],
    ['shop.jobs.fifo', 'shop-jobs.fifo'],
    ['jobs.fifo.old', 'jobs-fifo-old'],
    ['fifo', 'fifo'],
    ['büro', 'büro'],
  ])('is, for %s, %s', (queue, name) => {
    expect(sqsName(queue)).toBe(name);
  });

  it('begins with the prefix, which is changed as well', () => {
    expect(sqsName('mails', 'shop.prod-')).toBe('shop-prod-mails');
    expect(sqsName('jobs.fifo', 'shop:')).toBe('shop_jobs.fifo');
  });
});
