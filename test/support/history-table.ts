/** A table for history on an emulator of AWS. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TABLE_ATTRIBUTES } from '../../lib/history/dynamodb.ts';
import { MOTO_CREDENTIALS } from '../stack/servers/moto.ts';

interface Place {
  readonly endpoint: string;
  readonly region: string;
}

/** @returns Its name. */
export async function createHistoryTable(
  { endpoint, region }: Place,
  TableName = `history-${randomUUID()}`,
): Promise<string> {
  const { partitionKey, sortKey } = TABLE_ATTRIBUTES;
  const admin = new DynamoDBClient({ endpoint, region, credentials: MOTO_CREDENTIALS });
  try {
    const command = new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
    });
    await admin.send(command);
    return TableName;
  } finally {
    admin.destroy();
  }
}
