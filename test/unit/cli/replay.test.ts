/** `healthgate history --replay`, after the document names other targets. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { history } from '../../../lib/cli/history.ts';
import { openHistory } from '../../../lib/history/open.ts';
import { record } from '../../../lib/history/recording.ts';
import { RULES, sampleAt } from '../../support/history-samples.ts';
import { documentText } from '../../support/namespace.ts';
import { recordingServer } from '../../support/recording-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { inputOf, recordingTerminal } from '../../support/terminal.ts';

/** A dead letter for a target that the document names no more, which names these webhooks instead. */
async function buried(paths: readonly string[], gone = 'webhook-000000000000') {
  const [folder, server] = await Promise.all([temporaryFolder(), recordingServer(() => ({ status: 204 }))]);
  onTestFinished(async () => {
    await Promise.all([folder.remove(), server.stop()]);
  });
  await mkdir(join(folder.path, 'vault'));
  const webhooks = paths.map((path) => ({ type: 'webhook', url: `${server.url}/${path}` }));
  const beat = { type: 'heartbeat', url: `${server.url}/beat` };
  await writeFile(join(folder.path, 'vault/shop.json'), documentText({ notify: [...webhooks, beat] }));
  const store = await openHistory(join(folder.path, 'history'));
  const at = Date.now();
  await record(store, sampleAt('shop', at), RULES);
  const about = { id: 'c1', outage: 'o1', namespace: 'shop', path: 'db', causes: [], consequences: [] };
  const change = { ...about, from: 'up', to: 'down', since: at, at } as const;
  const notice = { id: 'n1', target: gone, kind: 'change', change, began: at, number: 0 } as const;
  await store.bury('shop', { id: 'n1', at, error: 'answered 404', notice });
  await store.close();
  return {
    urls: () => server.requests.map(({ path }) => path),
    replay: async (target?: string) => {
      const terminal = recordingTerminal();
      const places = { vault: `file:${folder.path}/vault`, history: join(folder.path, 'history') };
      const values = { replay: true, ...places, ...(target !== undefined && { target }) };
      return { code: await history.run(inputOf([], values), terminal), out: terminal.written() };
    },
  };
}

it('says that --target names another target, and sends to the one that it names', async () => {
  const { replay, urls } = await buried(['one', 'two']);
  expect(await replay()).toEqual({
    code: 1,
    out:
      'not sent  webhook-000000000000  db is down: ' +
      'the document names no such target any more; send it to another one with --target\n',
  });
  const refused = await replay('webhook').then(({ out }) => out, String);
  const [, one = '', two = ''] =
    /^UsageError: --target: which one\? (webhook-\w{12}), (webhook-\w{12})$/.exec(refused) ?? [];
  expect(urls()).toEqual([]);
  expect(await replay(two)).toEqual({ code: 0, out: 'sent  webhook-000000000000  db is down\n' });
  expect(urls()).toEqual(['/two']);
  expect(await replay(one)).toEqual({ code: 0, out: 'No dead letters.\n' });
});

it('takes a type that the document names once, whatever the type was', async () => {
  const { replay, urls } = await buried(['one'], 'slack-000000000000');
  expect((await replay()).code).toBe(1);
  expect((await replay('webhook')).code).toBe(0);
  expect(urls()).toEqual(['/one']);
});

it.each([
  ['webhok', /--target: no target "webhok"; did you mean webhook\?/],
  // It is told how things are, and no outage of the past.
  ['heartbeat', /--target: no target "heartbeat"; there is webhook, webhook-\w{12}$/],
])('refuses the target %s', async (target, message) => {
  const { replay, urls } = await buried(['one']);
  await expect(replay(target)).rejects.toThrow(message);
  expect(urls()).toEqual([]);
});
