import type { IncomingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { UnhealthyError } from '../../engine/errors.ts';
import { caKey, defineKind, describe, httpUrl } from '../kind.ts';
import { expectKeys, isExpectedStatus, judge } from '../web/expect.ts';
import { ask, webTarget } from '../web/request.ts';

export const cloudfront = defineKind({
  kind: 'cloudfront',
  works: 'the asset answers and its headers prove that CloudFront served it',
  keys: {
    url: describe(httpUrl(), 'An asset of the distribution.'),
    expect: v.optional(describe(v.strictObject(expectKeys), 'What the answer must be: 2xx unless set.'), {}),
    ...caKey,
  },
  target: (config) => webTarget('cloudfront', config.url),
  async check({ expect, url, ca }, context) {
    const question = { kind: 'cloudfront', url, ca, method: 'GET', headers: {} };
    const answer = await ask(question, context, (status) => isExpectedStatus(expect, status));
    const { target, status, headers } = answer;
    if (!isFromCloudFront(headers))
      throw new UnhealthyError(
        `${target} answered ${status}, but CloudFront did not serve it: no header x-amz-cf-id, x-amz-cf-pop or via names it; ` +
          'does the name point at the distribution?',
      );
    judge(answer, expect, Date.now());
    // A distribution's custom error page comes with the status that was set for it, 200 as well.
    if (/^error from cloudfront/i.test(String(headers['x-cache'])))
      throw new UnhealthyError(
        `${target} answered ${status} with an error page of CloudFront (x-cache: Error from cloudfront); is the asset at the origin?`,
      );
  },
});

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html */
function isFromCloudFront(headers: IncomingHttpHeaders): boolean {
  return (
    headers['x-amz-cf-id'] !== undefined ||
    headers['x-amz-cf-pop'] !== undefined ||
    /\(cloudfront\)/i.test(headers.via ?? '')
  );
}
