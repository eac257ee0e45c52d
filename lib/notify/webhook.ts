/** A generic webhook: the change as JSON, signed. */
import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import { describe, httpUrl, text } from '../clients/keys.ts';
import { changeJson } from '../history/change-json.ts';
import type { Change } from '../history/change.ts';
import { call } from './http.ts';
import { defineTarget } from './target.ts';

export const webhook = defineTarget({
  type: 'webhook',
  tells: 'Posts the change as JSON to a URL of your own, signed with a secret.',
  repeats: 'A notice that is sent twice has the same Healthgate-Id, by which the receiver can drop it.',
  example: ['secret'],
  keys: {
    url: describe(httpUrl(), 'Where to post. All of it is a secret.', 'https://ops.example/hooks/healthgate'),
    secret: v.optional(
      describe(text(), 'Key of the signature. Without it, nothing is signed.', 'a-long-random-string'),
    ),
    format: v.optional(
      describe(
        v.picklist(['change', 'cloudevents']),
        'The body: the change alone, or a CloudEvents 1.0 event with the change as its data.',
        'cloudevents',
      ),
      'change',
    ),
  },
  async send({ id, change }, { url, secret, format }, sending) {
    const { contentType, bodyOf } = BODIES[format];
    const body = JSON.stringify(bodyOf(id, change));
    const timestamp = String(Math.floor(sending.now() / 1000));
    const headers = {
      'content-type': contentType,
      'healthgate-id': id,
      'healthgate-timestamp': timestamp,
      ...(secret !== undefined && { 'healthgate-signature': signature(secret, timestamp, body) }),
    };
    await call({ type: 'webhook', url, method: 'POST', headers, body }, sending);
  },
});

/** The value of the header `Healthgate-Signature`. */
export function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

const BODIES = {
  change: { contentType: 'application/json', bodyOf: (_id: string, change: Change): object => changeJson(change) },
  cloudevents: { contentType: 'application/cloudevents+json', bodyOf: cloudEvent },
} as const;

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
function cloudEvent(id: string, change: Change): object {
  return {
    specversion: '1.0',
    id,
    source: `/healthgate/${encodeURIComponent(change.namespace)}`,
    type: 'healthgate.status.change',
    ...(change.path !== '' && { subject: change.path }),
    time: new Date(change.at).toISOString(),
    datacontenttype: 'application/json',
    data: changeJson(change),
  };
}
