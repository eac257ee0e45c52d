import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createToken } from '../../../lib/document/tokens.ts';
import { fileStore } from '../../../lib/vault/stores/file.ts';
import { Vault } from '../../../lib/vault/vault.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { batchStore, memoryStore } from '../../support/memory-store.ts';
import { LEAF } from '../../support/namespace.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openedBy } from '../../support/opened.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OPAQUE = 'an-opaque-token-of-prod';
const token = createToken('prod');
const GOOD = { access_tokens: [token, OPAQUE], checks: { db: LEAF } };
const signal = new AbortController().signal;

let now = 0;

beforeEach(() => {
  now = 1_000_000;
});

describe.each([
  ['reads one document at a time', memoryStore],
  ['reads many documents in one call', batchStore],
])('a document that is refused, in a store that %s', (_name, storeOf) => {
  const opened = () => {
    const memory = storeOf({ prod: GOOD });
    const { log, lines } = collectedLog();
    return { memory, vault: new Vault(memory, log, { now: () => now }), lines };
  };

  it('leaves the version before it in use for an hour, with all of its tokens', async () => {
    const { memory, vault } = opened();
    const first = await openedBy(vault, token);
    expect(await openedBy(vault, OPAQUE)).toBe(first);
    memory.documents.set('prod', '{');
    for (const later of [MINUTE, 30 * MINUTE, HOUR - 1]) {
      now = 1_000_000 + later;
      expect(await openedBy(vault, token)).toBe(first);
      expect(await openedBy(vault, OPAQUE)).toBe(first);
    }
    now = 1_000_000 + HOUR + 1;
    expect(await openedBy(vault, token)).toBeUndefined();
    expect(await openedBy(vault, OPAQUE)).toBeUndefined();
  });

  it('is logged once for each mistake, and says what is in use', async () => {
    const { memory, vault, lines } = opened();
    await openedBy(vault, token);
    memory.documents.set('prod', '{');
    for (let minute = 1; minute <= 5; minute += 1) {
      now += MINUTE;
      await openedBy(vault, token);
    }
    memory.documents.set('prod', '[]');
    now += MINUTE;
    await openedBy(vault, token);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { message: 'a namespace is refused', problem: expect.stringContaining('not valid JSON') as string },
      { message: 'a namespace is refused', problem: 'expected an object, got array' },
    ]);
    expect(lines[0]).toContain('up to an hour');
  });

  it('is reported by the vault check, with the age of the version in use', async () => {
    const { memory, vault } = opened();
    await openedBy(vault, token);
    memory.documents.set('prod', '[]');
    now += 7 * MINUTE;
    await openedBy(vault, token);
    await expect(vault.access('prod').prove(undefined, signal)).rejects.toMatchObject({
      code: 'UnhealthyError',
      message:
        'vault memory:test has an unusable document prod: expected an object, got array; ' +
        'correct it: the version read 7 min ago is in use, for up to an hour',
    });
  });

  it('is replaced ten seconds after it is corrected', async () => {
    const { memory, vault } = opened();
    await openedBy(vault, token);
    memory.documents.set('prod', '{');
    now += MINUTE;
    await openedBy(vault, token);
    memory.documents.set('prod', JSON.stringify({ ...GOOD, max_age: 7 }));
    now += 10_000;
    expect(await openedBy(vault, token)).toMatchObject({ maxAgeMs: 7000 });
  });

  it('is the answer for an unknown namespace when there was no version before it', async () => {
    const { memory, vault } = opened();
    memory.documents.set('prod', '{');
    expect(await openedBy(vault, token)).toBeUndefined();
    expect(await openedBy(vault, OPAQUE)).toBeUndefined();
  });
});

describe('a file', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const secretChecks = { db: { ...LEAF, host: { secret: 'rds!db-1', key: 'host' } } };

  beforeEach(async () => {
    folder = await temporaryFolder({
      'prod.json': JSON.stringify({ ...GOOD, checks: secretChecks }),
      'rds!db-1.json': '{"host":"one.example"}',
    });
  });

  afterEach(() => folder.remove());

  const opened = () => new Vault(fileStore(folder.path), collectedLog().log, { now: () => now });
  const targetOf = async (vault: Vault, by = token) => {
    const [part] = (await openedBy(vault, by))?.root.parts ?? [];
    return part !== undefined && 'target' in part ? part.target : undefined;
  };

  it('is read again within a second after it or its secret has changed', async () => {
    const vault = opened();
    expect(await targetOf(vault)).toBe('tcp one.example:5432');
    await writeFile(join(folder.path, 'rds!db-1.json'), '{"host":"second.example"}');
    expect(await targetOf(vault)).toBe('tcp one.example:5432');
    now += 1000;
    expect(await targetOf(vault)).toBe('tcp second.example:5432');
    await writeFile(join(folder.path, 'prod.json'), JSON.stringify(GOOD));
    now += 1000;
    expect(await targetOf(vault)).toBe('tcp db.example:5432');
  });

  it('is read again within a second after it was refused and then corrected', async () => {
    const vault = opened();
    await openedBy(vault, token);
    await writeFile(join(folder.path, 'prod.json'), '{');
    now += 1000;
    expect(await targetOf(vault)).toBe('tcp one.example:5432');
    await writeFile(join(folder.path, 'prod.json'), JSON.stringify(GOOD));
    now += 1000;
    expect(await targetOf(vault)).toBe('tcp db.example:5432');
  });

  it('opens with a new opaque token within a second', async () => {
    const vault = opened();
    expect(await openedBy(vault, 'another-opaque-token')).toBeUndefined();
    await writeFile(join(folder.path, 'dev.yaml'), 'access_token: another-opaque-token\nchecks: {db: {kind: x}}\n');
    now += 1000;
    expect(await openedBy(vault, 'another-opaque-token')).toMatchObject({ name: 'dev' });
  });

  it('appears within a second, and disappears within a second', async () => {
    const vault = opened();
    const ofDev = createToken('dev');
    expect(await openedBy(vault, ofDev)).toBeUndefined();
    await writeFile(join(folder.path, 'dev.json'), JSON.stringify({ ...GOOD, access_tokens: [ofDev] }));
    now += 1000;
    expect(await openedBy(vault, ofDev)).toMatchObject({ name: 'dev' });
    await writeFile(join(folder.path, 'dev.json'), JSON.stringify({ ...GOOD, access_tokens: [OPAQUE] }));
    now += 1000;
    expect(await openedBy(vault, ofDev)).toBeUndefined();
  });

  it('that is JSON counts when there is YAML beside it, and the log tells', async () => {
    await writeFile(join(folder.path, 'prod.yaml'), 'checks: {}');
    const { log, lines } = collectedLog();
    const vault = new Vault(fileStore(folder.path), log, { now: () => now });
    expect(await openedBy(vault, token)).toMatchObject({ name: 'prod' });
    expect(lines.join()).toContain('prod.yaml is ignored, since prod.json exists');
  });
});

describe('an environment variable', () => {
  const checks = { db: { ...LEAF, host: { env: 'DB_HOST' }, port: { env: 'DB_PORT' } } };
  const open = (env: Record<string, string>) =>
    new Vault(memoryStore({ prod: { ...GOOD, checks } }), collectedLog().log, { env });

  it('is read if HEALTHGATE_ENV lists it, and its value counts as a secret', async () => {
    const vault = open({ HEALTHGATE_ENV: 'DB_HOST, DB_PORT', DB_HOST: 'one.example', DB_PORT: '5433' });
    expect(await openedBy(vault, token)).toMatchObject({
      problems: [],
      root: { parts: [{ target: 'tcp one.example:5433' }] },
    });
    expect((await openedBy(vault, token))?.secrets).toEqual(expect.arrayContaining(['one.example', '5433']));
  });

  it('is a mistake if it is not listed or not set, and the message says how to list it', async () => {
    const vault = open({ HEALTHGATE_ENV: 'DB_PORT', DB_HOST: 'one.example' });
    expect((await openedBy(vault, token))?.problems).toEqual([
      {
        path: 'checks.db.host',
        message:
          'the environment variable DB_HOST may not be read; add it to HEALTHGATE_ENV (names, separated by commas)',
      },
      {
        path: 'checks.db.port',
        message: 'the environment variable DB_PORT is listed in HEALTHGATE_ENV, but not set',
      },
    ]);
  });
});
