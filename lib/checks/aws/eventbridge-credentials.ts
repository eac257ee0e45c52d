import type { DescribeConnectionResponse } from '@aws-sdk/client-eventbridge';
import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../../clients/drivers/index.ts';
import { defineKind } from '../kind.ts';
import { clientSettings, openAwsClient } from '../../clients/aws/client.ts';
import { awsError } from '../../clients/aws/errors.ts';
import { describeConnection, eventBridgeKeys, eventBridgeNeeds, named } from '../../clients/aws/eventbridge.ts';

export const eventbridgeCredentials = defineKind({
  kind: 'eventbridge_credentials',
  works: "the connection's secret exists and is current, and the connection has been authorized with it",
  couldPass: 'credentials that the other side has revoked or never accepted',
  keys: eventBridgeKeys,
  target: ({ name }) => `credentials of ${named.connection(name)}`,
  needs: eventBridgeNeeds,
  async check(config, context) {
    const { name, region } = config;
    const target = eventbridgeCredentials.target(config);
    const [connection, secrets] = await Promise.all([
      describeConnection(config, context),
      openSecretsManager(region, context),
    ]);
    if (connection.SecretArn === undefined)
      throw new UnhealthyError(`${named.connection(name)} has no secret; update it with its credentials`);
    const secret = await secrets.describe(connection.SecretArn, named.connection(name));
    const fault = credentialsFault(target, secret, connection);
    if (fault !== undefined) throw new UnhealthyError(fault);
  },
});

async function openSecretsManager(region: string | undefined, context: CheckContext) {
  const { DescribeSecretCommand, SecretsManagerClient } = await drivers.secretsManager();
  const client = await context.share(JSON.stringify(['secrets manager', region]), () =>
    openAwsClient(new SecretsManagerClient(clientSettings({ region, stage: context.stage })), 'secrets manager'),
  );
  return {
    /** Does not read the value. */
    async describe(arn: string, owner: string): Promise<DescribeSecretResponse> {
      context.stage('secretsmanager:DescribeSecret', 'during secretsmanager:DescribeSecret');
      try {
        return await client.send(new DescribeSecretCommand({ SecretId: arn }), { abortSignal: context.signal });
      } catch (error) {
        const call = { target: `secret of ${owner}`, permission: 'secretsmanager:DescribeSecret on it' };
        throw awsError(error, call) ?? error;
      }
    },
  };
}

/** EventBridge reports whole seconds, and stores the secret shortly before or after it authorizes with it. */
const TOLERANCE_MS = 60_000;

/** What is wrong with a connection's secret, or undefined. */
export function credentialsFault(
  target: string,
  secret: DescribeSecretResponse,
  { LastAuthorizedTime: authorized }: DescribeConnectionResponse,
): string | undefined {
  if (secret.DeletedDate !== undefined)
    return `${target} are scheduled for deletion; restore the secret, or update the connection`;
  const stages = Object.values(secret.VersionIdsToStages ?? {}).flat();
  if (!stages.includes('AWSCURRENT')) return `${target} have no current version; update the connection with them`;
  if (authorized === undefined)
    return `${target} were never used for an authorization; update the connection with them`;
  const changed = secret.LastChangedDate ?? secret.CreatedDate;
  if (changed !== undefined && changed.getTime() - authorized.getTime() > TOLERANCE_MS)
    return `${target} changed after the connection was last authorized; update the connection to authorize it again`;
  return undefined;
}
