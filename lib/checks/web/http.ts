import * as v from 'valibot';
import { describe, httpUrl } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { defineKind } from '../kind.ts';
import { isTlsUrl } from '../../clients/url.ts';
import { expectKeys, figuresOf, httpFigures, isExpectedStatus, jsonKey, judge } from './expect.ts';
import { proxyFor, proxyNeeds } from '../../clients/http/proxy.ts';
import { headersKey, send, webNeeds, webTarget } from '../../clients/http/request.ts';

export const http = defineKind({
  kind: 'http',
  works: 'the answer is as expected',
  couldPass:
    'without `expect.body` or `expect.json`, an error page with status 200, and an answer whose body breaks off',
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
    proxy: v.optional(
      describe(
        httpUrl(),
        "http://user:password@proxy:3128 or https://…, through which the request goes. Unless set, the environment's " +
          'HTTPS_PROXY, HTTP_PROXY and NO_PROXY decide.',
        'http://proxy.example:3128',
      ),
    ),
    ...tlsKeys,
  },
  figures: httpFigures,
  // The proxy first, since nothing reaches the server without it.
  needs: ({ url, proxy }) => [...proxyNeeds(url, proxy), ...webNeeds({ url })],
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, isTlsUrl(url)),
  target: (config) => webTarget('http', config.url),
  async check({ expect, proxy, ...keys }, context) {
    const readsBody = expect.body !== undefined || expect.json !== undefined;
    const request = { kind: 'http', ...keys, readsBody, proxyFor: (url: URL) => proxyFor(url, proxy) };
    const response = await send(request, context, (status) => isExpectedStatus(expect, status));
    const now = Date.now();
    context.observe(figuresOf(response, now));
    judge(response, expect, now);
  },
});
