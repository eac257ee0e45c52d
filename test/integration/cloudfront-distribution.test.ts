/** The kind cloudfront when it looks at the distribution itself, in the emulator. */
import { CloudFrontClient, CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { afterAll, afterEach, describe, expect, inject, it, vi } from 'vitest';
import { fixedAnswer } from '../support/fixed-answer.ts';
import { runLeaf } from '../support/run-leaf.ts';

const IN_PROGRESS =
  '<Distribution><Id>E1</Id><Status>InProgress</Status>' +
  '<DistributionConfig><Enabled>true</Enabled></DistributionConfig></Distribution>';

const { assets } = inject('stack');
const client = new CloudFrontClient();

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(() => {
  client.destroy();
});

async function makeDistribution(Enabled: boolean): Promise<string> {
  const { Distribution } = await client.send(
    new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: `healthgate-${String(Enabled)}`,
        Comment: '',
        Enabled,
        Origins: { Quantity: 1, Items: [{ Id: 'origin', DomainName: 'assets.example', OriginPath: '' }] },
        DefaultCacheBehavior: { TargetOriginId: 'origin', ViewerProtocolPolicy: 'redirect-to-https' },
      },
    }),
  );
  return Distribution?.Id ?? '';
}

async function check(distribution: string): Promise<string> {
  const { status, logged } = await runLeaf({ kind: 'cloudfront', url: `${assets.url}/app.js`, distribution });
  expect(logged).toBe('');
  return status;
}

describe('a cloudfront check with a distribution', () => {
  it('works when the distribution is enabled and deployed', async () => {
    expect(await check(await makeDistribution(true))).toBe('working');
  });

  it('fails when the distribution is disabled', async () => {
    const id = await makeDistribution(false);
    expect(await check(id)).toBe(`UnhealthyError: cloudfront distribution ${id} is disabled; enable it`);
  });

  it('reports a distribution that does not exist as a ConfigurationError', async () => {
    expect(await check('NONE')).toMatch(/^ConfigurationError: cloudfront distribution NONE does not exist/);
  });

  it.each([
    // The emulator deploys a distribution as soon as it is created.
    [200, IN_PROGRESS, /^UnhealthyError: cloudfront distribution E1 is not deployed everywhere yet; wait$/],
    [403, '<Error><Code>AccessDenied</Code></Error>', /^AuthError: .* grant cloudfront:GetDistribution on it/],
    [200, '<Other/>', /^UnhealthyError: /],
    [200, 'no XML', /^UnhealthyError: /],
    [500, '', /^UnhealthyError: cloudfront distribution E1 at \S+ answered 500/],
  ])('fails when CloudFront answers %i with the body "%s"', async (status, body, error) => {
    const server = await fixedAnswer({ status, body, headers: { 'content-type': 'text/xml' } });
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
    expect(await check('E1')).toMatch(error);
    await server.stop();
  });
});
