import * as v from 'valibot';
import { caKey, describe, httpUrl } from '../../clients/keys.ts';
import { defineKind } from '../kind.ts';
import { expectKeys, isExpectedStatus, jsonKey, judge } from './expect.ts';
import { ask, headersKey, webTarget } from '../../clients/http/request.ts';

export const http = defineKind({
  kind: 'http',
  works: 'the answer is as expected',
  keys: {
    url: describe(httpUrl(), 'What is asked. Redirects of GET and HEAD are followed, up to 10.'),
    method: v.optional(
      describe(v.picklist(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']), 'Method of the request.'),
      'GET',
    ),
    headers: headersKey,
    body: v.optional(describe(v.string(), 'Body of the request; its type goes into headers.')),
    expect: v.optional(
      describe(
        v.strictObject({ ...expectKeys, json: v.optional(jsonKey) }),
        'What the answer must be: 2xx unless set.',
      ),
      {},
    ),
    ...caKey,
  },
  target: (config) => webTarget('http', config.url),
  async check({ expect, ...question }, context) {
    const answer = await ask({ kind: 'http', ...question }, context, (status) => isExpectedStatus(expect, status));
    judge(answer, expect, Date.now());
  },
});
