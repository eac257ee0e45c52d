import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_DOCUMENT_BYTES } from '../../../../lib/document/json.ts';
import { fileStore } from '../../../../lib/vault/stores/file.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const signal = new AbortController().signal;
let outer: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: string;

beforeEach(async () => {
  outer = await temporaryFolder({ 'outside.json': 'outside', outside: 'outside' });
  folder = join(outer.path, 'vault');
  await mkdir(join(folder, 'sub'), { recursive: true });
  await writeFile(join(folder, 'prod.json'), '{"a":"é"}');
  await writeFile(join(folder, 'sub', 'db.json'), 'in json');
  await writeFile(join(folder, 'sub', 'plain'), 'plain');
});

afterEach(() => outer.remove());

describe('read', () => {
  it('returns the text of a document, and undefined when there is none', async () => {
    expect(await fileStore(folder).read('prod', signal)).toBe('{"a":"é"}');
    expect(await fileStore(folder).read('other', signal)).toBeUndefined();
  });

  it('follows a link, since mounted secrets are links', async () => {
    await symlink(join(outer.path, 'outside.json'), join(folder, 'linked.json'));
    expect(await fileStore(folder).read('linked', signal)).toBe('outside');
  });

  it('finds no document behind a link that leads nowhere', async () => {
    await symlink(join(outer.path, 'nowhere'), join(folder, 'linked.json'));
    expect(await fileStore(folder).read('linked', signal)).toBeUndefined();
  });

  it('returns an empty text for an empty file', async () => {
    await writeFile(join(folder, 'empty.json'), '');
    expect(await fileStore(folder).read('empty', signal)).toBe('');
  });

  it('returns one byte more than allowed of a file that is too large', async () => {
    await writeFile(join(folder, 'large.json'), 'x'.repeat(5 * 1024 * 1024));
    expect(await fileStore(folder).read('large', signal)).toHaveLength(MAX_DOCUMENT_BYTES + 1);
  });

  it('does not wait for a writer on a named pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.json')]);
    expect(await fileStore(folder).read('pipe', signal)).toBe('');
  });
});

describe('a file store that cannot read', () => {
  it('reports a folder that does not exist as a ConnectionError', async () => {
    const store = fileStore(join(outer.path, 'nowhere'));
    const error = { code: 'ConnectionError', message: `file:${outer.path}/nowhere does not exist` };
    await expect(store.read('prod', signal)).rejects.toMatchObject(error);
    await expect(store.readSecret('x', signal)).rejects.toMatchObject(error);
    await expect(store.list(signal)).rejects.toMatchObject(error);
  });

  it('reports a folder that was moved away as a ConnectionError', async () => {
    const store = fileStore(folder);
    await store.read('prod', signal);
    await rename(folder, `${folder}-away`);
    await expect(store.read('prod', signal)).rejects.toMatchObject({ code: 'ConnectionError' });
  });

  it('reports a file in place of the folder as a ConnectionError', async () => {
    const store = fileStore(join(outer.path, 'outside'));
    await expect(store.list(signal)).rejects.toMatchObject({ code: 'ConnectionError' });
  });

  it('reports a folder with the name of a document as an UnhealthyError', async () => {
    await mkdir(join(folder, 'odd.json'));
    await expect(fileStore(folder).read('odd', signal)).rejects.toMatchObject({
      code: 'UnhealthyError',
      message: `file:${folder}/odd.json is a folder, not a file`,
    });
  });

  it('reports a link to itself as an UnhealthyError', async () => {
    await symlink('loop.json', join(folder, 'loop.json'));
    await expect(fileStore(folder).read('loop', signal)).rejects.toMatchObject({
      code: 'UnhealthyError',
      message: `cannot access file:${folder}/loop.json: ELOOP`,
    });
  });

  it('reports a file that it may not read as an AuthError', async () => {
    await chmod(join(folder, 'prod.json'), 0o000);
    await expect(unprivileged(() => fileStore(folder).read('prod', signal))).rejects.toMatchObject({
      code: 'AuthError',
      message: `not allowed to access file:${folder}/prod.json; see its permissions`,
    });
  });
});

describe('readSecret', () => {
  it.each([
    ['sub/db', 'in json'],
    ['sub/plain', 'plain'],
    ['prod', '{"a":"é"}'],
    ['sub/nothing', undefined],
    ['nowhere/nothing', undefined],
    ['prod.json/x', undefined],
  ])('reads the secret %s as %j', async (name, text) => {
    expect(await fileStore(folder).readSecret(name, signal)).toBe(text);
  });

  it.each([
    '../outside',
    'sub/../../outside',
    'sub/../prod',
    './prod',
    '/etc/passwd',
    'sub//db',
    'sub/db/',
    '..',
    '.',
    '',
    '.hidden',
    'sub\\..\\outside',
    'prod\u0000',
    'prod.json\u0000x',
    'a b',
    '~/x',
    '%2e%2e/outside',
  ])('finds no secret by the name %j, and reads nothing outside the folder', async (name) => {
    await writeFile(join(folder, '.hidden'), 'hidden');
    expect(await fileStore(folder).readSecret(name, signal)).toBeUndefined();
  });
});

describe('list', () => {
  it('returns the names of documents and nothing else', async () => {
    for (const name of ['dev.json', '.hidden.json', '-x.json', 'no-json', 'notes.txt', '.json', 'a b.json']) {
      await writeFile(join(folder, name), '{}');
    }
    expect((await fileStore(folder).list(signal)).sort()).toEqual(['dev', 'prod']);
  });
});

describe('write', () => {
  it('creates the folder and a file that only its owner may read, and leaves nothing else behind', async () => {
    await rm(folder, { recursive: true });
    await fileStore(folder).write('prod', 'first', signal);
    await fileStore(folder).write('prod', 'second', signal);
    expect(await readFile(join(folder, 'prod.json'), 'utf8')).toBe('second');
    expect(await readdir(folder)).toEqual(['prod.json']);
    expect((await stat(join(folder, 'prod.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('says why it fails, and leaves everything unchanged', async () => {
    await mkdir(join(folder, 'odd.json'));
    await expect(fileStore(folder).write('odd', 'text', signal)).rejects.toMatchObject({ code: 'UnhealthyError' });
    expect((await readdir(folder)).sort()).toEqual(['odd.json', 'prod.json', 'sub']);
  });

  it('refuses a folder that cannot be created', async () => {
    const store = fileStore(join(outer.path, 'outside', 'vault'));
    await expect(store.write('prod', 'text', signal)).rejects.toMatchObject({ code: 'ConnectionError' });
  });
});

/** Works as an unprivileged user, since the superuser may read everything. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.('nobody');
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
