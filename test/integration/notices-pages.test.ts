/** The incidents and components of status pages, played by a server on loopback. */
import { describe, expect, test } from 'vitest';
import { down, observer, up, update } from '../support/notices.ts';
import { changing, vendorsPlayed } from '../support/vendors-played.ts';

const { pages, send } = vendorsPlayed();

const words = {
  statuspage: { major: 'major_outage', partial: 'partial_outage', ok: 'operational', resolved: 'resolved' },
  instatus: { major: 'MAJOROUTAGE', partial: 'PARTIALOUTAGE', ok: 'OPERATIONAL', resolved: 'RESOLVED' },
} as const;

describe.each(['statuspage', 'instatus'] as const)('the incident of %s', (type) => {
  const { major, partial, ok, resolved } = words[type];

  test('is opened, updated and resolved, and the components follow', async () => {
    await send(type, down);
    expect([...pages().components]).toEqual([
      ['C1', major],
      ['C2', ok],
    ]);
    await send(type, update);
    await send(type, up);
    expect(pages().incidents).toHaveLength(1);
    expect(pages().incidents[0]).toMatchObject({ status: resolved });
    expect([...pages().components.values()]).toEqual([ok, ok]);
    expect(pages().updates).toHaveLength(3);
    expect(pages().updates.at(-1)).toContain('after 5 min');
  });

  test('is found again: a repeated or belated notice opens no second one and changes nothing', async () => {
    await send(type, down);
    await send(type, down);
    await send(type, up);
    expect(changing(await send(type, down))).toEqual([]);
    expect(changing(await send(type, up))).toEqual([]);
    expect(pages().incidents).toHaveLength(1);
    expect(pages().updates).toHaveLength(2);
  });

  test('is resolved also if the clock was set back in between', async () => {
    await send(type, down);
    const since = down.change.at - 3_600_000;
    await send(type, { ...up, change: { ...up.change, since, at: since } });
    expect(pages().incidents[0]).toMatchObject({ status: resolved });
    expect([...pages().components.values()]).toEqual([ok, ok]);
  });

  test('is found and resolved also if many others came after it', async () => {
    await send(type, down);
    const other = { id: 'other', name: 'another', status: resolved };
    pages().incidents.unshift(...Array.from({ length: 100 }, () => other));
    await send(type, up);
    expect(pages().incidents.at(-1)).toMatchObject({ status: resolved });
  });

  test('sets only the components that are in another state', async () => {
    pages().components.set('C1', major).set('C2', ok);
    const sent = await send(type, down);
    expect(changing(sent).filter(({ path }) => path.includes('/components/'))).toEqual([]);
    const after = await send(type, up);
    expect(changing(after).filter(({ path }) => path.includes('/components/'))).toHaveLength(1);
  });

  test.each([
    ['is forbidden', { status: 403, body: '{}' }],
    ['is not there', { status: 404, body: '{}' }],
    ['is a page of HTML', { status: 200, body: '<html>' }],
    ['is no list', { status: 200, body: '{"id":"C1"}' }],
    ['is too large', { status: 200, body: JSON.stringify(['x'.repeat(2_000_000)]) }],
  ])('sets all components if their list %s', async (_name, list) => {
    pages().components.set('C1', major).set('C2', ok);
    pages().list = list;
    const sent = await send(type, down);
    expect(changing(sent).filter(({ path }) => path.includes('/components/'))).toHaveLength(2);
    expect(pages().incidents).toHaveLength(1);
  });

  test('says nothing while the observer is cut off', async () => {
    expect(await send(type, observer)).toEqual([]);
  });

  test('has a component for everything, which is partly down', async () => {
    await send(type, down, { components: undefined, component: 'C9' });
    expect([...pages().components]).toEqual([['C9', partial]]);
  });
});
