import type { IncomingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../../clients/drivers/index.ts';
import { describe, httpUrl, text } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { defineKind } from '../kind.ts';
import { expectKeys, figuresOf, httpFigures, isExpectedStatus, judge } from '../web/expect.ts';
import { proxyFor, proxyNeeds } from '../../clients/http/proxy.ts';
import { send, webNeeds, webTarget } from '../../clients/http/request.ts';
import { clientSettings, openAwsClient } from '../../clients/aws/client.ts';
import { awsError } from '../../clients/aws/errors.ts';

export const cloudfront = defineKind({
  kind: 'cloudfront',
  works: 'the asset answers and its headers prove that CloudFront served it',
  couldPass:
    'another server that sends these headers, an asset with wrong content, and a copy in a cache whose origin is down',
  keys: {
    url: describe(httpUrl(), 'An asset of the distribution.', 'https://cdn.example/logo.svg'),
    expect: v.optional(
      describe(v.strictObject(expectKeys), 'What the answer must be: 2xx unless set.', { status: 200 }),
      {},
    ),
    distribution: v.optional(
      describe(
        text(),
        'Id of the distribution; if set, AWS is also asked whether it is enabled and deployed.',
        'E2EXAMPLE1234',
      ),
    ),
    ...tlsKeys,
  },
  figures: httpFigures,
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, url.startsWith('https:')),
  target: (config) => webTarget('cloudfront', config.url),
  needs: ({ url }) => [...proxyNeeds(url), ...webNeeds({ url })],
  async check({ expect, url, distribution, ...tls }, context) {
    if (distribution !== undefined) await inspect(distribution, context);
    const request = {
      kind: 'cloudfront',
      url,
      ...tls,
      method: 'GET',
      headers: {},
      readsBody: expect.body !== undefined,
      proxyFor,
    };
    const response = await send(request, context, (status) => isExpectedStatus(expect, status));
    context.observe(figuresOf(response, Date.now()));
    const { target, status, headers } = response;
    if (!isFromCloudFront(headers))
      throw new UnhealthyError(
        `${target} answered ${status}, but CloudFront did not serve it: no header x-amz-cf-id, x-amz-cf-pop or via ` +
          'names it; does the host name point to the distribution?',
      );
    judge(response, expect, Date.now());
    // A distribution's custom error page has the status that was configured for it, which may be 200.
    if (/^error from cloudfront/i.test(String(headers['x-cache'])))
      throw new UnhealthyError(
        `${target} answered ${status} with an error page of CloudFront (x-cache: Error from cloudfront); ` +
          'does the origin have the asset?',
      );
  },
});

/** CloudFront is global; its API is in this region. */
const API_REGION = 'us-east-1';

/** Checks the state of the distribution: while it is being deployed, it may still serve its previous version. */
async function inspect(id: string, context: CheckContext): Promise<void> {
  const target = `cloudfront distribution ${id}`;
  const { CloudFrontClient, GetDistributionCommand } = await drivers.cloudfront();
  const client = await context.share('cloudfront', () =>
    openAwsClient(new CloudFrontClient(clientSettings({ region: API_REGION, stage: context.stage })), 'cloudfront'),
  );
  context.stage('cloudfront:GetDistribution', 'during cloudfront:GetDistribution');
  try {
    const { Distribution } = await client.send(new GetDistributionCommand({ Id: id }), { abortSignal: context.signal });
    if (Distribution?.DistributionConfig === undefined)
      throw new UnhealthyError(`${target}: AWS did not answer with a distribution`);
    if (Distribution.DistributionConfig.Enabled !== true) throw new UnhealthyError(`${target} is disabled; enable it`);
    if (Distribution.Status !== 'Deployed') throw new UnhealthyError(`${target} is not deployed everywhere yet; wait`);
  } catch (error) {
    throw awsError(error, { target, permission: 'cloudfront:GetDistribution on it', service: 'CLOUDFRONT' }) ?? error;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html */
function isFromCloudFront(headers: IncomingHttpHeaders): boolean {
  return (
    headers['x-amz-cf-id'] !== undefined ||
    headers['x-amz-cf-pop'] !== undefined ||
    /\(cloudfront\)/i.test(headers.via ?? '')
  );
}
