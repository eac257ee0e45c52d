import { describe, expect, it } from 'vitest';
import { deliveredEvent, targetsFault, wrongDestination } from '../../../lib/checks/aws/event-pipeline-hops.ts';
import { isFound } from '../../../lib/checks/aws/event-pipeline.ts';

describe('isFound', () => {
  it.each([
    [[], false],
    [[[0]], false],
    [[['0']], false],
    [[['1']], true],
    [[['']], true],
    [[['0', '0']], true],
    [[['0'], ['0']], true],
  ])('reads the rows %j as an event that is found: %s', (rows, found) => {
    expect(isFound(rows)).toBe(found);
  });
});

it('deliveredEvent returns the event as the rule sees it', () => {
  const put = { EventId: 'e', Source: 's', DetailType: 't', Detail: '{"healthgate":{"check":true,"id":"i"}}' };
  expect(deliveredEvent(put, 'arn:aws:events:eu-central-1:123456789012:rule/history/r')).toEqual({
    version: '0',
    id: 'e',
    'detail-type': 't',
    source: 's',
    account: '123456789012',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
    region: 'eu-central-1',
    resources: [],
    detail: { healthgate: { check: true, id: 'i' } },
  });
});

describe('targetsFault', () => {
  const arn = (name: string) => `arn:aws:events:eu-central-1:123456789012:api-destination/${name}/11-22`;
  const target = (Arn: string) => ({ Id: 'x', Arn });

  it('reports targets without the destination', () => {
    expect(targetsFault('r', [], 'd')).toMatch(/^r has no target/);
    expect(targetsFault('r', [target('arn:aws:sqs:eu-central-1:123456789012:d')], 'd')).toMatch(/^no target of r is/);
    expect(targetsFault('r', [target(arn('dd'))], 'd')).toMatch(/^no target of r is the api destination d/);
    expect(targetsFault('r', [target(arn('other')), target(arn('d'))], 'd')).toBeUndefined();
  });
});

describe('wrongDestination', () => {
  const using = (name: string) => ({
    ApiDestinationState: 'ACTIVE' as const,
    ConnectionArn: `arn:aws:events:eu-central-1:123456789012:connection/${name}/11-22`,
  });

  it('reports a destination that uses another connection', () => {
    expect(wrongDestination('d', using('c'), { connection: 'c' })).toBeUndefined();
    expect(wrongDestination('d', using('other'), { connection: 'c' })).toBe('d does not use the connection c');
  });

  it('reports an inactive destination before a wrong connection', () => {
    const inactive = { ...using('other'), ApiDestinationState: 'INACTIVE' as const };
    expect(wrongDestination('d', inactive, { connection: 'c' })).toMatch(/^d is INACTIVE/);
  });
});
