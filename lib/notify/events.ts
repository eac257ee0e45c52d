/** Sends changes to EventBridge. */
import { drivers } from '../clients/drivers/index.ts';
import { named } from '../clients/aws/eventbridge.ts';
import { changeJson } from '../history/change-json.ts';
import type { ChangeJson } from '../history/change-json.ts';
import type { Batch } from '../history/store.ts';
import { callAws } from './aws.ts';
import { SendError } from './send-error.ts';

/** Events of one request: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_ENTRIES = 10;
/** Bytes of one event. A request may have 256 KiB. */
const MAX_BYTES = 24_000;

export const EVENT_SOURCE = 'healthgate';
export const EVENT_TYPE = 'Healthgate Status Change';

/** @param bus The default one unless given. */
export interface SendOptions {
  readonly signal?: AbortSignal;
  readonly bus?: string;
}

/**
 * Sends the changes of a batch to EventBridge. Whoever sends them again sends the same ids.
 *
 * @throws SendError or CheckError if EventBridge did not take all of them.
 */
export async function sendChanges({ changes }: Batch, { signal, bus = 'default' }: SendOptions = {}): Promise<void> {
  if (changes.length === 0) return;
  const sdk = await drivers.eventbridge();
  const target = named.bus(bus);
  const aws = {
    target,
    permission: 'events:PutEvents on it',
    service: 'EVENTBRIDGE',
    stage: () => undefined,
    now: Date.now,
    open: (settings: object) => new sdk.EventBridgeClient(settings),
  };
  await callAws(aws, async (client) => {
    for (let at = 0; at < changes.length; at += MAX_ENTRIES) {
      const Entries = changes.slice(at, at + MAX_ENTRIES).map((change) => ({
        EventBusName: bus,
        Source: EVENT_SOURCE,
        DetailType: EVENT_TYPE,
        Time: new Date(change.at),
        Detail: detailOf(changeJson(change)),
      }));
      const options = signal === undefined ? {} : { abortSignal: signal };
      const answer = await client.send(new sdk.PutEventsCommand({ Entries }), options);
      const refused = (answer.Entries ?? []).flatMap(({ ErrorCode }) => ErrorCode ?? []);
      const [first] = refused;
      if (first === undefined) continue;
      const isFinal = !/Throttling|Internal|Unavailable/i.test(first);
      throw new SendError(`${target} refused ${String(refused.length)} changes (${first})`, { isFinal });
    }
  });
}

/** With as many consequences as an event has room for. */
function detailOf(change: ChangeJson): string {
  for (let count = change.consequences.length; ; count = Math.floor(count / 2)) {
    const detail = JSON.stringify({ ...change, consequences: change.consequences.slice(0, count) });
    if (count === 0 || Buffer.byteLength(detail) <= MAX_BYTES) return detail;
  }
}
