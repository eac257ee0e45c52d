/** What `serve` says of its history when it starts. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { recordAsked } from '../../../lib/cli/record-options.ts';
import { openHistory } from '../../../lib/history/open.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { inputOf, recordingTerminal } from '../../support/terminal.ts';

async function started(history: string | undefined, env: Readonly<Record<string, string>> = {}) {
  const terminal = recordingTerminal({ env });
  const recorded = await recordAsked(inputOf([], history === undefined ? {} : { history }), terminal);
  return { isShown: recorded !== undefined, out: terminal.written(), err: terminal.writtenErr() };
}

it('serve says which history it shows, whether an option or the environment names it', async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  await (await openHistory(folder.path)).close();
  const expected = { isShown: true, out: `Showing what is recorded in history folder ${folder.path}\n`, err: '' };
  expect(await started(folder.path)).toEqual(expected);
  expect(await started(undefined, { HEALTHGATE_HISTORY: folder.path })).toEqual(expected);
  expect(await started(undefined)).toEqual({ isShown: false, out: '', err: '' });
});

it('serve warns where there is no history yet, and shows it when there is one', async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  const missing = join(folder.path, 'hstory');
  const { isShown, out, err } = await started(missing);
  expect({ isShown, out }).toEqual({ isShown: true, out: '' });
  expect(err).toMatch(`answers show no history: history folder ${missing}: there is no history in it; name the folder`);
});
