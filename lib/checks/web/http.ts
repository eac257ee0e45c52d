import * as v from 'valibot';
import { describe, httpUrl } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { defineKind } from '../kind.ts';
import { expectKeys, figuresOf, httpFigures, isExpectedStatus, jsonKey, judge } from './expect.ts';
import { headersKey, send, webNeeds, webTarget } from '../../clients/http/request.ts';

export const http = defineKind({
  kind: 'http',
  works: 'the answer is as expected',
  example: ['expect'],
  keys: {
    url: describe(
      httpUrl(),
      'URL of the request. Redirects of GET and HEAD are followed, up to 10.',
      'https://api.example/version',
    ),
    method: v.optional(
      describe(
        v.picklist(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
        'Method of the request.',
        'POST',
      ),
      'GET',
    ),
    headers: headersKey,
    body: v.optional(describe(v.string(), 'Body of the request; set its content type in headers.', '{"dry_run":true}')),
    expect: v.optional(
      describe(
        v.strictObject({ ...expectKeys, json: v.optional(jsonKey) }),
        'What the answer must be: 2xx unless set.',
        { status: 200 },
      ),
      {},
    ),
    ...tlsKeys,
  },
  figures: httpFigures,
  needs: webNeeds,
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, /^(https|wss):/.test(url)),
  target: (config) => webTarget('http', config.url),
  async check({ expect, ...request }, context) {
    const response = await send({ kind: 'http', ...request }, context, (status) => isExpectedStatus(expect, status));
    const now = Date.now();
    context.observe(figuresOf(response, now));
    judge(response, expect, now);
  },
});
