import { afterEach, describe, expect, it, vi } from 'vitest';
import { credentialsFault } from '../../../../lib/checks/aws/eventbridge-credentials.ts';
import {
  connectionFault,
  describeConnection,
  destinationFault,
  ruleFault,
  safeReason,
} from '../../../../lib/clients/aws/eventbridge.ts';
import { Connections } from '../../../../lib/engine/connections.ts';
import type { CheckContext } from '../../../../lib/engine/types.ts';

describe('ruleFault and destinationFault', () => {
  it.each(['ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] as const)('accept an %s rule', (State) => {
    expect(ruleFault('rule r', { State })).toBeUndefined();
  });

  it.each([
    ['DISABLED', 'rule r is DISABLED; enable it'],
    [undefined, 'rule r is in an unknown state; enable it'],
    ['<b>page</b>', 'rule r is in an unknown state; enable it'],
  ])('report a rule in the state %s', (State, fault) => {
    expect(ruleFault('rule r', { State } as object)).toBe(fault);
  });

  it('accept only a destination that is ACTIVE', () => {
    expect(destinationFault('d', { ApiDestinationState: 'ACTIVE' })).toBeUndefined();
    expect(destinationFault('d', { ApiDestinationState: 'INACTIVE' })).toMatch(/^d is INACTIVE; /);
    expect(destinationFault('d', {})).toMatch(/^d is in an unknown state; /);
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('describeConnection and connectionFault', () => {
  it('tell each check that shares a request what it waits for', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const run = new Connections();
    const asking = ['first', 'second'].map(async (name) => {
      const user = { name, stages: [] as string[] };
      const context: Partial<CheckContext> = {
        share: (key, open) => run.share(key, user, open),
        stage: (name) => user.stages.push(name),
      };
      const asked = describeConnection({ name: 'c', region: 'eu-central-1' }, context as CheckContext);
      await expect(asked).rejects.toThrow('connection refused by eventbridge connection c');
      return new Set(user.stages);
    });
    expect(await Promise.all(asking)).toEqual([
      new Set(['events:DescribeConnection', 'connecting']),
      new Set(['events:DescribeConnection']),
    ]);
    await run.close(0);
  });

  it.each(['AUTHORIZED', 'ACTIVE'] as const)('accept a connection that is %s', (ConnectionState) => {
    expect(connectionFault('c', { ConnectionState })).toBeUndefined();
  });

  it.each([
    'CREATING',
    'UPDATING',
    'DELETING',
    'DEAUTHORIZED',
    'AUTHORIZING',
    'DEAUTHORIZING',
    'FAILED_CONNECTIVITY',
  ] as const)('report a connection that is %s, with advice', (ConnectionState) => {
    const fault = connectionFault('c', { ConnectionState, StateReason: 'So it is.' });
    expect(fault).toMatch(new RegExp(`^c is ${ConnectionState} \\(So it is\\.\\); (?!look at it)`));
  });

  it('report a connection without a reason', () => {
    expect(connectionFault('c', { ConnectionState: 'DEAUTHORIZED' })).toMatch(/^c is DEAUTHORIZED; update it/);
  });
});

describe('safeReason', () => {
  it.each([
    ['The authorization endpoint answered 401.', 'The authorization endpoint answered 401.'],
    ['two\nlines', 'two lines'],
    ['Response: {"error":"invalid_client","client_secret":"s3cr3t"}', 'Response:'],
    ['Response: <html><body>Sorry</body></html>', 'Response:'],
    ['No answer from https://user:pass@auth.example/token', 'No answer from https://auth.example/token'],
    ['Refused by https://auth.example/token?key=s3cr3t today', 'Refused by https://auth.example/token today'],
    ['Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc is bad', 'Bearer … is bad'],
    ['', ''],
  ])('removes secrets and markup from the reason %j', (reason, safe) => {
    expect(safeReason(reason)).toBe(safe);
  });

  it('cuts a long reason to 120 characters', () => {
    expect(safeReason('no '.repeat(200))).toHaveLength(120);
  });
});

describe('credentialsFault', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
  const secret = { VersionIdsToStages: { a: ['AWSPREVIOUS'], b: ['AWSCURRENT'] }, LastChangedDate: at(0.6) };
  const connection = { LastAuthorizedTime: at(0) };

  it('accepts a current secret that was authorized with, give or take a minute', () => {
    expect(credentialsFault('c', secret, connection)).toBeUndefined();
    expect(credentialsFault('c', { ...secret, LastChangedDate: at(60) }, connection)).toBeUndefined();
    expect(credentialsFault('c', { ...secret, LastChangedDate: at(-9999) }, connection)).toBeUndefined();
  });

  it.each([
    [{ ...secret, DeletedDate: at(1) }, connection, /^c are scheduled for deletion/],
    [{ VersionIdsToStages: { a: ['AWSPENDING'] } }, connection, /^c have no current version/],
    [{}, connection, /^c have no current version/],
    [secret, {}, /^c were never used for an authorization/],
    [{ ...secret, LastChangedDate: at(61) }, connection, /^c changed after the connection was last authorized/],
    [{ ...secret, LastChangedDate: undefined, CreatedDate: at(61) }, connection, /^c changed after/],
  ])('reports the secret %j of the connection %j', (secret, connection, fault) => {
    expect(credentialsFault('c', secret, connection)).toMatch(fault);
  });
});
