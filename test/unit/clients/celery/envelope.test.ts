import { describe, expect, it } from 'vitest';
import { canaryEnvelope, commandEnvelope, replyIn } from '../../../../lib/clients/celery/envelope.ts';
import { canaryOf, PING, queryTask } from '../../../../lib/clients/celery/messages.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const decoded = (body: unknown): unknown => JSON.parse(Buffer.from(String(body), 'base64').toString());
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;

/** Kombu reads each of these without looking whether it is there. */
describe('an envelope of kombu', () => {
  it('has everything that a worker needs of a task', () => {
    const canary = canaryOf('celery.accumulate', 'mails', 1000);
    const { body, ...rest } = JSON.parse(canaryEnvelope(canary)) as Record<string, unknown>;
    expect(decoded(body)).toEqual([['x'], {}, { callbacks: null, errbacks: null, chain: null, chord: null }]);
    expect(rest).toEqual({
      'content-encoding': 'utf-8',
      'content-type': 'application/json',
      headers: canary.message.headers,
      properties: {
        correlation_id: canary.message.correlationId,
        reply_to: '',
        delivery_mode: 2,
        delivery_info: { exchange: '', routing_key: 'mails' },
        priority: 0,
        body_encoding: 'base64',
        delivery_tag: UUID,
      },
    });
  });

  it('has everything that a worker needs of a command', () => {
    const replyTo = { exchange: 'replies', routing_key: 'here' };
    const { body, ...rest } = JSON.parse(commandEnvelope(PING, 'shop.pidbox', replyTo)) as Record<string, unknown>;
    expect(decoded(body)).toEqual({
      method: 'ping',
      arguments: {},
      destination: null,
      pattern: null,
      matcher: null,
      ticket: UUID,
      reply_to: replyTo,
    });
    expect(rest).toEqual({
      'content-encoding': 'utf-8',
      'content-type': 'application/json',
      headers: { clock: 1 },
      properties: {
        delivery_mode: 1,
        delivery_info: { exchange: 'shop.pidbox', routing_key: '' },
        priority: 0,
        body_encoding: 'base64',
        delivery_tag: UUID,
      },
    });
  });

  it('asks for one task by its id', () => {
    const { body } = JSON.parse(commandEnvelope(queryTask('an id'), 'x', { exchange: '', routing_key: '' })) as {
      body: unknown;
    };
    expect(decoded(body)).toMatchObject({ method: 'query_task', arguments: { ids: ['an id'] } });
  });
});

describe('the reply in an envelope', () => {
  it.each([
    ['base64', { body: base64('{}'), 'content-type': 'application/json', properties: { body_encoding: 'base64' } }],
    ['plain text', { body: '{}', 'content-type': 'application/json', properties: {} }],
  ])('is read from %s', (_name, envelope) => {
    const { content, contentType } = replyIn(JSON.stringify(envelope));
    expect([content.toString(), contentType]).toEqual(['{}', 'application/json']);
  });

  it.each(['', 'not JSON', '[]', '{"body":7}'])('is empty, and of an unknown format, in %j', (text) => {
    expect(replyIn(text)).toEqual({ content: Buffer.alloc(0), contentType: 'an unknown format' });
  });
});
