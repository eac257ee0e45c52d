import { describe, expect, it } from 'vitest';
import { kinds as registry } from '../../../lib/checks/index.ts';
import { kinds } from '../../../lib/cli/kinds.ts';
import { wrapped } from '../../../lib/cli/wrapped.ts';
import { inputOf, recordingTerminal } from '../../support/terminal.ts';

async function shown(args: readonly string[], values: Readonly<Record<string, string>> = {}, columns = 80) {
  const terminal = recordingTerminal({ columns });
  expect(await kinds.run(inputOf(args, values), terminal)).toBe(0);
  return terminal.written();
}

describe('kinds', () => {
  it('lists every kind with what it proves, in lines that fit', async () => {
    const text = await shown([]);
    for (const { kind, works } of registry) {
      expect(text).toMatch(new RegExp(`^${kind} `, 'm'));
      expect(text.replace(/\s+/g, ' ')).toContain(works);
    }
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each(registry)('shows what $kind proves, its keys and its URLs', async ({ kind, works, keys, dialects = [] }) => {
    const text = await shown([kind], {}, 100_000);
    expect(text).toContain(`Working means: ${works}.\n`);
    for (const key of [...Object.keys(keys), 'critical']) expect(text).toMatch(new RegExp(`^  ${key}: `, 'm'));
    for (const { schemes, parameters } of dialects) {
      for (const scheme of Object.keys(schemes)) expect(text).toContain(`${scheme}://`);
      for (const { names } of parameters) expect(text).toContain(names.join(', '));
    }
  });

  it('shows an example, types and defaults', async () => {
    const text = await shown(['tcp']);
    expect(text).toContain('  {\n    "kind": "tcp",\n    "host": "smtp.example",\n    "port": 25\n  }\n');
    expect(text).toContain('  port: integer from 1 to 65535, required\n      TCP port.\n');
    expect(text).toMatch(/\nExample:\n\n {2}\{\n[^}]*\}\n$/);
    expect(text).toContain('  critical: boolean, true unless set\n');
  });

  it('writes JSON with a JSON Schema of the keys', async () => {
    const [tcp, ...more] = JSON.parse(await shown(['tcp'], { format: 'json' })) as readonly Record<string, unknown>[];
    expect(more).toEqual([]);
    expect(tcp).toMatchObject({
      kind: 'tcp',
      example: { kind: 'tcp' },
      schema: { required: ['kind', 'host', 'port'] },
    });
    expect(JSON.parse(await shown([], { format: 'json' }))).toHaveLength(registry.length);
  });

  it.each([
    [['rediss'], {}, 'unknown kind "rediss"; did you mean redis?; see healthgate kinds'],
    [['tcp', 'dns'], {}, 'unexpected argument "dns"'],
    [[], { format: 'jsn' }, '--format: unknown format "jsn"; did you mean json?; expected text or json'],
  ])('refuses %j with %j', async (args, values, message) => {
    await expect(kinds.run(inputOf(args, values), recordingTerminal())).rejects.toThrow(message);
  });
});

describe('wrapped text', () => {
  it.each([
    ['one line where it fits', 'a b', { columns: 20, start: 'x ' }, 'x a b\n'],
    ['further lines below the text', 'aaaa bbbb', { columns: 10, start: 'x ' }, 'x aaaa bbbb\n'],
    ['a long word whole', `${'y'.repeat(30)} z`, { columns: 10, start: 'x ' }, `x ${'y'.repeat(30)}\n  z\n`],
    ['nothing', '', { columns: 10, start: 'x' }, 'x\n'],
  ])('has %s', (_name, text, layout, lines) => {
    expect(wrapped(text, layout)).toBe(lines);
  });
});
