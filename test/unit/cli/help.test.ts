import { describe, expect, it } from 'vitest';
import { commands } from '../../../lib/cli/commands.ts';
import { help, helpOf } from '../../../lib/cli/help.ts';

describe('healthgate --help', () => {
  it('lists every command with its summary, and the exit codes', () => {
    for (const { name, summary } of commands) expect(help()).toContain(`  ${name.padEnd(12)}${summary}\n`);
    expect(help()).toContain('130 called off');
  });
});

describe.each(commands)('healthgate $name --help', (entry) => {
  it('shows each argument and option in the usage, and explains it', async () => {
    const command = await entry.load();
    const text = helpOf(entry, command);
    const [usage = ''] = text.split('\n\n');
    expect(usage).toMatch(/^Usage: healthgate /);
    for (const { name, help } of command.arguments) {
      expect(usage).toContain(` ${name}`);
      expect(text).toContain(help.split('\n')[0]);
    }
    for (const [name, { value, help }] of Object.entries(command.options)) {
      expect(usage).toContain(`[--${name}${value === undefined ? '' : ` ${value}`}]`);
      expect(text).toContain(help.split('\n')[0]);
    }
  });

  it('tells the range of every number', async () => {
    const command = await entry.load();
    const text = helpOf(entry, command);
    for (const [name, { value, number }] of Object.entries(command.options)) {
      if (/^(?:N|PORT|SECONDS|MINUTES|HOURS)$/.test(value ?? '')) expect(number, name).toBeDefined();
      if (number !== undefined) expect(text).toContain(`; from ${String(number.min)} to ${String(number.max)}`);
    }
  });

  it('says of each option what it belongs to', async () => {
    const command = await entry.load();
    const text = helpOf(entry, command).replace(/\s+/g, ' ');
    for (const [name, { value, onlyWith }] of Object.entries(command.options))
      if (onlyWith !== undefined)
        expect(text).toContain(`--${name}${value === undefined ? '' : ` ${value}`} with ${onlyWith.join(' or ')}: `);
  });

  it('lets shells complete what is one of some words', async () => {
    const command = await entry.load();
    for (const { name, words } of command.arguments)
      if (name.includes('|')) expect(words).toEqual(name.replace(/[[\]]/g, '').split('|'));
    for (const { value, words } of Object.values(command.options)) if (value === 'FORMAT') expect(words).toBeDefined();
  });

  it('fits a terminal of 120 columns', async () => {
    for (const line of helpOf(entry, await entry.load()).split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});
