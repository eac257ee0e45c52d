/** Vendors, played by a server on loopback that records what it is sent. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Notice } from '../../lib/history/notices.ts';
import { contextUntil, targetOf } from './notices.ts';
import { itemsAt } from './notify-items.ts';
import { recordingServer } from './recording-server.ts';
import type { Recorded, RecordingServer } from './recording-server.ts';
import { StatusPages } from './status-pages.ts';

/** To be called where tests are declared. The server runs while they do, and forgets everything after each. */
export function vendorsPlayed() {
  const played: { server?: RecordingServer; pages: StatusPages } = { pages: new StatusPages() };
  const server = (): RecordingServer => {
    if (played.server === undefined) throw new Error('the server runs only while tests do');
    return played.server;
  };

  beforeAll(async () => {
    played.server = await recordingServer((request) =>
      /\/(?:incidents|components)/.test(request.path) ? played.pages.answer(request) : { status: 202, body: '{}' },
    );
  });
  beforeEach(() => {
    played.pages = new StatusPages();
  });
  afterEach(() => {
    server().requests.length = 0;
  });
  afterAll(() => server().stop());

  /** Sends a notice to a target of this type. @returns The requests that this took. */
  const send = async (type: string, notice: Notice, more: object = {}): Promise<readonly Recorded[]> => {
    const target = await targetOf({ type, ...itemsAt(server().url)[type], ...more });
    const before = server().requests.length;
    await target.send(notice, contextUntil());
    return server().requests.slice(before);
  };
  return { server, pages: () => played.pages, send };
}

/** The requests that change something at the vendor. */
export const changing = (requests: readonly Recorded[]) => requests.filter(({ method }) => method !== 'GET');
