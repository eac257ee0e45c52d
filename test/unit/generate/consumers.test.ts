/** What every consumer must do. A golden file shows what is made for it; `vitest -u` rewrites these files. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { consumers } from '../../../lib/generate/index.ts';
import { namespaceOf, TOKEN } from '../../support/namespace.ts';
import { planFrom, planWith } from '../../support/plans.ts';
import { HOSTILE_TEXTS } from '../../support/reports.ts';

const GOLDEN = join(import.meta.dirname, '../../fixtures/golden/generate');

const loaded = await Promise.all(consumers.map(async (entry) => ({ name: entry.name, ...(await entry.load()) })));
const plan = await planWith();
const goldenName = (consumer: string, file: string) => `${consumer}-${file}`;

describe('the registry of consumers', () => {
  it('has each name only once', () => {
    expect(new Set(consumers.map(({ name }) => name)).size).toBe(consumers.length);
  });

  it('has a golden file for each file and no others', async () => {
    const wanted = loaded.flatMap(({ name, generate }) => generate(plan).map((file) => goldenName(name, file.name)));
    expect((await readdir(GOLDEN)).sort()).toEqual(wanted.sort());
  });
});

/** The consumers whose files need no token. */
const TOKENLESS = ['statuspage', 'openapi'];

describe.each(loaded)('$name', ({ name, generate, token }) => {
  it('says where the token goes, by a name that is in its files, if it needs one', () => {
    const words = token?.(plan).match(/healthgate-[\w.-]+|[A-Z_]+_TOKEN|TokenSecret/)?.[0];
    expect(words === undefined).toBe(TOKENLESS.includes(name));
    expect(generate(plan).some(({ text }) => text.includes(words ?? ''))).toBe(true);
  });

  it('makes the files that its golden files show', async () => {
    for (const file of generate(plan))
      await expect(file.text).toMatchFileSnapshot(join(GOLDEN, goldenName(name, file.name)));
  });

  it('makes files that parse, whatever the names, descriptions and runbooks of checks are', async () => {
    const leaf = { kind: 'tcp', host: 'db.example', port: 1 };
    const names = HOSTILE_TEXTS.filter((text) => text !== '' && text.length <= 200);
    const hostile = Object.fromEntries(
      names.map((text) => [text, { [text]: { ...leaf, description: text, runbook: `https://wiki.example/${text}` } }]),
    );
    for (const file of generate(await planWith({ checks: hostile }))) {
      expect(file.text).not.toMatch(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029\p{Noncharacter_Code_Point}]/u);
      if (file.name.endsWith('.json')) expect(JSON.parse(file.text)).toBeTypeOf('object');
      else for (const document of parseAllDocuments(file.text)) expect(document.errors).toEqual([]);
    }
  });

  it('puts no token, target or value of a secret into a file', async () => {
    const secret = 'redis://user:hunter2-needle@cache.example:6379/0';
    const leaf = { kind: 'redis', url: { secret: 'redis' }, description: { secret: 'redis' } };
    const namespace = await namespaceOf({ checks: { a: leaf, b: leaf } }, () => Promise.resolve(secret));
    for (const { text } of generate(planFrom(namespace))) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toMatch(/needle|cache\.example/);
    }
  });

  it('makes the same files each time, for a namespace of 1,000 checks too', async () => {
    const leaves = Array.from({ length: 1000 }, (_, index) => [
      `c${String(index)}`,
      { kind: 'tcp', host: 'db.example', port: 1, ...(index > 0 && { depends_on: [`c${String(index - 1)}`] }) },
    ]);
    const large = await planWith({ checks: Object.fromEntries(leaves) as object });
    expect(generate(large)).toEqual(generate(large));
  });
});
