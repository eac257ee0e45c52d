/** Notices that a target refused, as a user deals with them while the service runs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../stack/process.ts';
import { runCli, serveCli } from '../support/cli.ts';
import { documentText } from '../support/namespace.ts';
import { recordingServer } from '../support/recording-server.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a notice that a target refuses is a dead letter, until it is sent again and taken', async () => {
  const folder = await temporaryFolder();
  let status = 400;
  const target = await recordingServer(() => ({ status }));
  await mkdir(join(folder.path, 'vault'));
  const document = documentText({
    checks: { closed: { kind: 'tcp', host: '127.0.0.1', port: await freePort() } },
    notify: [{ type: 'webhook', url: `${target.url}/secret-path` }],
  });
  await writeFile(join(folder.path, 'vault/shop.json'), document, { mode: 0o600 });
  const vault = ['--vault', `file:${folder.path}/vault`];
  const history = ['--history', `${folder.path}/history`];
  const served = await serveCli([...vault, ...history, '--record', '1']);
  onTestFinished(async () => {
    await served.stop();
    await Promise.all([target.stop(), folder.remove()]);
  });
  const dead = () => runCli(['history', '--dead', ...history]);
  const replay = () => runCli(['history', '--replay', ...vault, ...history]);
  const refused = /webhook-\w{12} {2}closed is down: webhook 127\.0\.0\.1:\d+ answered 400\n$/;

  while (target.requests.length === 0) await sleep(200);
  let listed = await dead();
  while (listed.out === 'No dead letters.\n') listed = await dead();
  expect(listed).toMatchObject({ code: 0, err: '', out: expect.stringMatching(refused) as unknown });
  expect(JSON.parse((await runCli(['history', '--dead', '--format', 'json', ...history])).out)).toMatchObject([
    { kind: 'change', change: { path: 'closed', to: 'down' } },
  ]);

  const again = await replay();
  expect(again).toMatchObject({ code: 1, err: '', out: expect.stringMatching(refused) as unknown });
  expect(again.out).toMatch(/^not sent {2}/);

  status = 204;
  expect(await replay()).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^sent {2}webhook-\w{12} {2}closed is down\n$/) as unknown,
  });
  // Each time it was the same notice.
  expect(new Set(target.requests.map(({ headers }) => headers['healthgate-id'])).size).toBe(1);
  expect(await dead()).toEqual({ code: 0, out: 'No dead letters.\n', err: '' });
  expect(await replay()).toEqual({ code: 0, out: 'No dead letters.\n', err: '' });
}, 60_000);
