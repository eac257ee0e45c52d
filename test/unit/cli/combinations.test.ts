/** Options that would have no effect are refused, for every command in one place. */
import { describe, expect, it } from 'vitest';
import { refuseUseless } from '../../../lib/cli/combinations.ts';
import { commands } from '../../../lib/cli/commands.ts';
import { inputOf } from '../../support/terminal.ts';

async function refusal(name: string, positionals: readonly string[], values: Readonly<Record<string, string | true>>) {
  const command = await commands.find((entry) => entry.name === name)?.load();
  if (command === undefined) throw new Error(`no command ${name}`);
  try {
    refuseUseless(command, inputOf(positionals, values));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

it.each([
  ['maintenance', ['list'], { minutes: '5' }, '--minutes: only with start'],
  ['maintenance', ['stop'], { minutes: '5' }, '--minutes: only with start'],
  ['maintenance', ['stop'], { text: 'New disk' }, '--text: only with start'],
  ['maintenance', ['list'], { checks: 'cache' }, '--checks: only with start or stop'],
  ['history', [], { dead: true, hours: '3' }, '--hours: not with --dead'],
  ['history', [], { dead: true, part: 'cache' }, '--part: not with --dead'],
  ['history', [], { replay: true, hours: '3' }, '--hours: not with --replay'],
  ['history', [], { replay: true, part: 'cache' }, '--part: not with --replay'],
  ['history', [], { replay: true, format: 'json' }, '--format: not with --replay'],
  ['history', [], { replay: true, dead: true }, '--dead: not with --replay'],
  ['history', [], { vault: 'file:vault' }, '--vault: only with --replay'],
  ['history', [], { target: 'slack' }, '--target: only with --replay'],
  ['token', ['prod'], { vault: 'file:vault' }, '--vault: only with --add or --drop'],
  ['token', ['prod'], { summary: true }, '--summary: only with --add'],
  ['serve', [], { 'grpc-cert': 'cert.pem' }, '--grpc-cert: only with --grpc-port'],
  ['serve', [], { 'grpc-key': 'key.pem' }, '--grpc-key: only with --grpc-port'],
] as const)('healthgate %s %j refuses the options %j: %s', async (name, positionals, values, message) => {
  expect(await refusal(name, positionals, values)).toBe(`UsageError: ${message}`);
});

it.each([
  ['maintenance', ['start'], { minutes: '5', text: 'New disk', checks: 'cache' }],
  ['maintenance', ['stop'], { checks: 'cache' }],
  ['history', [], { dead: true, format: 'json' }],
  ['history', [], { replay: true, vault: 'file:vault' }],
  ['history', [], { hours: '3', part: 'cache', format: 'json' }],
  ['token', ['prod'], { add: true, summary: true, vault: 'file:vault' }],
  ['token', ['prod'], { drop: '01234567', vault: 'file:vault' }],
  // What is wrong with the first argument is what matters then.
  ['maintenance', ['strat'], { minutes: '5' }],
] as const)('healthgate %s %j takes the options %j', async (name, positionals, values) => {
  expect(await refusal(name, positionals, values)).toBeUndefined();
});

describe.each(commands)('healthgate $name', (entry) => {
  it('names only options and arguments of its own where it says what belongs together', async () => {
    const {
      arguments: [first],
      options,
    } = await entry.load();
    const known = [...Object.keys(options).map((name) => `--${name}`), ...(first?.words ?? [])];
    for (const { onlyWith = [], notWith = [] } of Object.values(options))
      expect(known).toEqual(expect.arrayContaining([...onlyWith, ...notWith]));
  });
});
