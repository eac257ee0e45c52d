/** Sets up EventBridge in the emulator: a rule sends the events of one source from their own bus to the history API. */
import {
  CreateApiDestinationCommand,
  CreateConnectionCommand,
  CreateEventBusCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import type { Addresses } from '../../addresses.ts';
import { MOTO_CREDENTIALS } from '../moto.ts';

/** The names of what is set up. */
export const HISTORY = {
  bus: 'history',
  source: 'shop.orders',
  detail_type: 'Order placed',
  rule: 'orders-to-history',
  connection: 'history-api',
  destination: 'history-api',
} as const;

export const HISTORY_PATTERN = JSON.stringify({ source: [HISTORY.source], 'detail-type': [HISTORY.detail_type] });
const ROLE = 'arn:aws:iam::123456789012:role/eventbridge';

/** Does nothing if the bus exists. */
export async function setUpEventBridge(
  { endpoint, region }: Pick<Addresses['aws'], 'endpoint' | 'region'>,
  { url, key }: Pick<Addresses['historyApi'], 'url' | 'key'>,
): Promise<void> {
  const { bus, rule, connection, destination } = HISTORY;
  const client = new EventBridgeClient({ endpoint, region, credentials: MOTO_CREDENTIALS });
  try {
    if (await hasBus(client, bus)) return;
    await client.send(new CreateEventBusCommand({ Name: bus }));
    const { ConnectionArn } = await client.send(
      new CreateConnectionCommand({
        Name: connection,
        AuthorizationType: 'API_KEY',
        AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'X-Api-Key', ApiKeyValue: key } },
      }),
    );
    const { ApiDestinationArn } = await client.send(
      new CreateApiDestinationCommand({
        Name: destination,
        ConnectionArn,
        InvocationEndpoint: url,
        HttpMethod: 'POST',
      }),
    );
    await client.send(new PutRuleCommand({ Name: rule, EventBusName: bus, EventPattern: HISTORY_PATTERN }));
    const Targets = [{ Id: 'history', Arn: ApiDestinationArn, RoleArn: ROLE }];
    await client.send(new PutTargetsCommand({ Rule: rule, EventBusName: bus, Targets }));
  } finally {
    client.destroy();
  }
}

async function hasBus(client: EventBridgeClient, bus: string): Promise<boolean> {
  try {
    await client.send(new DescribeEventBusCommand({ Name: bus }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
