/** Items in a table of DynamoDB. It deletes by itself what is too old. */
import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { UnhealthyError } from '../errors.ts';
import { ATTEMPTS, isConflict, openDynamo } from './dynamodb-client.ts';
import type { Dynamo } from './dynamodb-client.ts';
import type { Item, Items, Write } from './items.ts';
import { MEMORY_MS } from './keys.ts';

/** The attributes that the table is made with: its keys, and the second at which DynamoDB may delete an item. */
export const TABLE_ATTRIBUTES = { partitionKey: 'pk', sortKey: 'sk', expires: 'expires' } as const;

/** Pages of a query, of at most 1 MB each. */
const MAX_PAGES = 64;
/** The partition with the names of all namespaces. That of a namespace begins with `n#`. */
const NAMES = 'names';

type Attributes = Record<string, AttributeValue>;

export class DynamoItems implements Items {
  readonly location: string;
  readonly #table: string;
  readonly #dynamo: Dynamo;

  /** @throws ConfigurationError if there is no region. */
  static async open(table: string): Promise<DynamoItems> {
    return new DynamoItems(table, await openDynamo(table));
  }

  constructor(table: string, dynamo: Dynamo) {
    this.location = dynamo.location;
    this.#table = table;
    this.#dynamo = dynamo;
  }

  async read(namespace: string, [first = '', ...others]: readonly string[]): Promise<ReadonlyMap<string, Item>> {
    const { sdk, client } = this.#dynamo;
    const input = { TableName: this.#table, ConsistentRead: true, Key: keysOf(namespace, first) };
    const { Item: item } = await this.#dynamo.call('GetItem', (options) =>
      client.send(new sdk.GetItemCommand(input), options),
    );
    // Only now: they must not be older than the first.
    const rest = others.length === 0 ? [] : await this.#readAll(others.map((key) => keysOf(namespace, key)));
    const items = [...(item === undefined ? [] : [item]), ...rest].map(itemOf);
    return new Map(items.map((read) => [read.key, read]));
  }

  async range(namespace: string, from: string, to: string): Promise<readonly Item[]> {
    if (from >= to) return []; // DynamoDB refuses to look for what is between them
    const items = await this.#query(partitionOf(namespace), from, to);
    return items.map(itemOf).filter(({ key }) => key < to);
  }

  async write(namespace: string, { puts = [], removes = [], at = 0, isNew, ...conditions }: Write): Promise<boolean> {
    const { sdk, client } = this.#dynamo;
    const TableName = this.#table;
    const TransactItems: TransactWriteItem[] = puts.map(({ key, value, version, expiresAt }) => {
      const versioned = version !== undefined && { version: { N: String(version) } };
      const Item = { ...keysOf(namespace, key), body: { B: value }, ...versioned, expires: secondOf(expiresAt) };
      return { Put: { TableName, Item, ...conditionOn(key, conditions) } };
    });
    for (const key of removes) TransactItems.push({ Delete: { TableName, Key: keysOf(namespace, key) } });
    if (isNew) {
      const Item = { pk: { S: NAMES }, sk: { S: namespace }, expires: secondOf(at + MEMORY_MS) };
      TransactItems.push({ Put: { TableName, Item } });
    }
    const command = new sdk.TransactWriteItemsCommand({ TransactItems });
    return this.#dynamo.call('TransactWriteItems', async (options) => {
      try {
        await client.send(command, options);
        return true;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    });
  }

  async namespaces(): Promise<readonly string[]> {
    return (await this.#query(NAMES, ' ', '\u{10FFFF}')).map(({ sk }) => sk?.S ?? '');
  }

  async close(): Promise<void> {
    this.#dynamo.client.destroy();
  }

  async #readAll(keys: Attributes[]): Promise<Attributes[]> {
    const { sdk, client, location, call } = this.#dynamo;
    const items: Attributes[] = [];
    for (let attempt = 0, wanted = keys; wanted.length > 0; attempt += 1) {
      if (attempt === ATTEMPTS) throw new UnhealthyError(`${location} throttled the call: too many requests`);
      const RequestItems = { [this.#table]: { Keys: wanted, ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await call('BatchGetItem', (options) =>
        client.send(new sdk.BatchGetItemCommand({ RequestItems }), options),
      );
      items.push(...(Responses?.[this.#table] ?? []));
      wanted = UnprocessedKeys?.[this.#table]?.Keys ?? [];
    }
    return items;
  }

  /** Both keys are in the range. */
  async #query(partition: string, from: string, to: string): Promise<Attributes[]> {
    const { sdk, client, location, call } = this.#dynamo;
    const items: Attributes[] = [];
    let start: Attributes | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const command = new sdk.QueryCommand({
        TableName: this.#table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :partition AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':partition': { S: partition }, ':from': { S: from }, ':to': { S: to } },
        ...(start && { ExclusiveStartKey: start }),
      });
      const { Items = [], LastEvaluatedKey } = await call('Query', (options) => client.send(command, options));
      items.push(...Items);
      if (LastEvaluatedKey === undefined) return items;
      start = LastEvaluatedKey;
    }
    throw new UnhealthyError(`${location}: the range has more than ${MAX_PAGES} MB; ask for a shorter one`);
  }
}

function conditionOn(key: string, { absent = [], expected }: Pick<Write, 'absent' | 'expected'>) {
  const version = expected?.key === key ? expected.version : undefined;
  if (absent.includes(key) || version === 0) return { ConditionExpression: 'attribute_not_exists(pk)' };
  if (version === undefined) return {};
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': { N: String(version) } },
  };
}

const partitionOf = (namespace: string) => `n#${namespace}`;

function keysOf(namespace: string, key: string) {
  return { pk: { S: partitionOf(namespace) }, sk: { S: key } };
}

/** DynamoDB counts in whole seconds. */
function secondOf(timeMs: number): AttributeValue.NMember {
  return { N: String(Math.ceil(timeMs / 1000)) };
}

function itemOf({ sk, body, version }: Attributes): Item {
  return {
    key: sk?.S ?? '',
    value: body?.B ?? Buffer.alloc(0),
    ...(version?.N !== undefined && { version: Number(version.N) }),
  };
}
