/** Whether every kind of check gives up on a server that sends without end, and says so. */
import { describe, expect, it } from 'vitest';
import { mustSay } from '../support/endless.ts';
import { endlessServer } from '../support/endless-server.ts';
import { openHandles, settledHandles } from '../support/handles.ts';
import { aimedFixtures, registerHooks, run, stopServers, using } from './suite.ts';

registerHooks();

it.each(aimedFixtures)('has answers without end for $kind, or says why it cannot', ({ fixture }) => {
  expect(fixture.endless === undefined).toBe(fixture.lacks?.['endless answer'] !== undefined);
});

const endlessFixtures = aimedFixtures.filter(({ fixture }) => fixture.endless !== undefined);

describe.each(endlessFixtures)('$kind', ({ at, realPort, fixture: { endless = {} } }) => {
  it.each(Object.entries(endless))('gives up on %s without end', async (_name, answer) => {
    const { port } = await using(endlessServer(answer, realPort));
    const before = openHandles();
    const { status, logged } = await run({ ...at(port), timeout: 20, ...answer.keys });
    expect(status).toMatch(mustSay(answer));
    expect(logged).toBe('');
    await stopServers();
    expect(await settledHandles(before)).toEqual([]);
  });
});
