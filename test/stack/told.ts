/**
 * Servers that stand for Slack and PagerDuty in the demo: they record what they are told, and answer as the vendors do.
 * They prove nothing about the vendors.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A message, in the words that a person would see. */
export interface Message {
  readonly to: 'Slack' | 'PagerDuty';
  readonly text: string;
  /** Whether it says that something works again. */
  readonly isResolution: boolean;
}

export interface Listeners {
  /** What the namespace's document says under `notify`. */
  readonly notify: readonly Readonly<Record<string, unknown>>[];
  /** In the order in which they came. */
  readonly messages: readonly Message[];
  stop(): Promise<void>;
}

interface SlackBody {
  readonly text: string;
}

interface PagerDutyBody {
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly payload?: { readonly summary: string };
}

const SLACK_PATH = '/services/T0DEMO/B0DEMO/recorded';
const PAGERDUTY_PATH = '/v2/enqueue';

export async function startListeners(): Promise<Listeners> {
  const messages: Message[] = [];
  const server = createServer((request, response) => {
    void json(request).then(
      (body) => {
        if (request.url === SLACK_PATH) {
          messages.push(fromSlack(body as SlackBody));
          response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
        } else if (request.url === PAGERDUTY_PATH) {
          const event = body as PagerDutyBody;
          messages.push(fromPagerDuty(event));
          const answer = { status: 'success', message: 'Event processed', dedup_key: event.dedup_key };
          response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        } else response.writeHead(404).end();
      },
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    notify: [
      { type: 'slack', url: `${url}${SLACK_PATH}` },
      { type: 'pagerduty', url, routing_key: '0123456789abcdef0123456789abcdef' },
    ],
    messages,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function fromSlack({ text }: SlackBody): Message {
  const [title = ''] = text.split('\n');
  return { to: 'Slack', text, isResolution: title.includes(' again') };
}

function fromPagerDuty({ event_action, dedup_key, payload }: PagerDutyBody): Message {
  const text = [`${event_action} ${dedup_key}`, ...(payload === undefined ? [] : [payload.summary])].join(': ');
  return { to: 'PagerDuty', text, isResolution: event_action === 'resolve' };
}

/** What is waited for after a server was stopped, or started again. */
export interface Awaited {
  /** How many messages there were before. */
  readonly before: number;
  readonly isResolution: boolean;
  /** How many outages it is about; at least one if that is not known. */
  readonly outages: number | undefined;
  /** Milliseconds until both must have been told. */
  readonly withinMs: number;
  /** Milliseconds in which nothing more may come. */
  readonly quietMs: number;
}

/** Waits until both were told. @returns What they were told, and whether each outage was told once to each. */
export async function toldOnce(
  { messages }: Pick<Listeners, 'messages'>,
  { before, isResolution, outages, withinMs, quietMs }: Awaited,
): Promise<{ readonly told: readonly Message[]; readonly isOnce: boolean }> {
  const giveUpAt = Date.now() + withinMs;
  while (messages.length < before + BOTH.length * (outages ?? 1) && Date.now() < giveUpAt) await sleep(100);
  await sleep(quietMs);
  const told = messages.slice(before);
  const texts = BOTH.map((name) => told.filter(({ to }) => to === name).map(({ text }) => text));
  const count = outages ?? Math.max(1, texts[0]?.length ?? 0);
  const isOnce =
    texts.every((own) => own.length === count && new Set(own).size === count) &&
    told.every((message) => message.isResolution === isResolution);
  return { told, isOnce };
}

const BOTH: readonly Message['to'][] = ['Slack', 'PagerDuty'];

export function shown(told: readonly Message[]): string {
  if (told.length === 0) return '! Nobody was told.';
  return told.map(({ to, text }) => `The recorded ${to} was told:\n  ${text.replaceAll('\n', '\n  ')}`).join('\n\n');
}
