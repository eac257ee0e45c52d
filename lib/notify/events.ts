/** Sends changes to EventBridge. */
import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { drivers } from '../clients/drivers/index.ts';
import { named } from '../clients/aws/eventbridge.ts';
import { changeJson } from '../history/change-json.ts';
import type { ChangeJson } from '../history/change-json.ts';
import { SHORTER } from '../history/shorten.ts';
import type { Batch } from '../history/store.ts';
import { within } from '../engine/deadline.ts';
import { callAws } from './aws.ts';
import { SendError } from './send-error.ts';

/** Events of one request: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_ENTRIES = 10;
/** Bytes of one event. A request may have 256 KiB. */
const MAX_BYTES = 24_000;

export const EVENT_SOURCE = 'healthgate';
export const EVENT_TYPE = 'Healthgate Status Change';

/** Milliseconds that all requests of one batch may take. */
const SEND_WITHIN_MS = 10_000;
/** The only code that no later try can change. Whatever else is wrong, somebody may mend: a permission, or the bus. */
const MALFORMED = 'MalformedDetail';
const TOO_LARGE = 'TooLarge';
/** For an entry that was neither taken nor refused. */
const UNCONFIRMED = 'Unconfirmed';

export interface SendOptions {
  readonly signal?: AbortSignal;
  /** The default one unless given. */
  readonly bus?: string;
}

/**
 * Sends the changes of a batch to EventBridge. Whoever sends them again sends the same ids.
 *
 * @throws SendError or CheckError if EventBridge did not take all of them. It is final only if EventBridge has all
 * others, and can never take the rest.
 */
export async function sendChanges({ changes }: Batch, { signal, bus = 'default' }: SendOptions = {}): Promise<void> {
  if (changes.length === 0) return;
  const target = named.bus(bus);
  const all = changes.map((change) => ({
    EventBusName: bus,
    Source: EVENT_SOURCE,
    DetailType: EVENT_TYPE,
    Time: new Date(change.at),
    Detail: detailOf(changeJson(change)),
  }));
  const entries = all.filter(({ Detail }) => fits(Detail));
  const tooLarge = Array.from({ length: all.length - entries.length }, () => TOO_LARGE);
  const limit = { limitMs: SEND_WITHIN_MS, signal, from: target };
  const codes = [...tooLarge, ...(await within(limit, (inner) => putAll(entries, target, inner)))];
  if (codes.length === 0) return;
  const isFinal = codes.every((code) => code === TOO_LARGE || code === MALFORMED);
  const words = `${target} refused ${String(codes.length)} of ${String(changes.length)} changes`;
  throw new SendError(`${words} (${[...new Set(codes)].join(', ')})`, { isFinal });
}

/** @returns Why entries were refused: a code for each of them. */
async function putAll(entries: PutEventsRequestEntry[], target: string, signal: AbortSignal): Promise<string[]> {
  const sdk = await drivers.eventbridge();
  const aws = {
    target,
    permission: 'events:PutEvents on it',
    service: 'EVENTBRIDGE',
    isFinal: () => false,
    stage: () => undefined,
    now: Date.now,
    open: (settings: object) => new sdk.EventBridgeClient(settings),
  };
  return callAws(aws, async (client) => {
    const refused: string[] = [];
    for (let at = 0; at < entries.length; at += MAX_ENTRIES) {
      const Entries = entries.slice(at, at + MAX_ENTRIES);
      const answer = await client.send(new sdk.PutEventsCommand({ Entries }), { abortSignal: signal });
      const results = Entries.map((_, index) => answer.Entries?.[index] ?? {});
      refused.push(...results.flatMap(({ ErrorCode, EventId }) => ErrorCode ?? (EventId ? [] : UNCONFIRMED)));
    }
    return refused;
  });
}

/** With as many consequences as an event has room for, and then with fewer words. */
function detailOf(change: ChangeJson): string {
  for (let count = change.consequences.length; count > 0; count = Math.floor(count / 2)) {
    const detail = JSON.stringify({ ...change, consequences: change.consequences.slice(0, count) });
    if (fits(detail)) return detail;
  }
  const short = SHORTER.map((shorten) => JSON.stringify({ ...change, consequences: [] }, shorten));
  return short.find(fits) ?? short[0] ?? '';
}

function fits(detail: string): boolean {
  return Buffer.byteLength(detail) <= MAX_BYTES;
}
