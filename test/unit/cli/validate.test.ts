import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { validate } from '../../../lib/cli/validate.ts';
import { documentText, LEAF } from '../../support/namespace.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { recordingTerminal, inputOf } from '../../support/terminal.ts';

const SECRET = 'hunter2-but-longer';
const folders: Awaited<ReturnType<typeof temporaryFolder>>[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => folder.remove()));
});

/** Validates these files. Returns the output without the name of their folder. */
async function validated(
  files: Readonly<Record<string, string>>,
  names = Object.keys(files),
  env: Readonly<Record<string, string>> = {},
) {
  const folder = await temporaryFolder(files);
  folders.push(folder);
  const terminal = recordingTerminal({ env });
  const code = await validate.run(inputOf(names.map((name) => join(folder.path, name))), terminal);
  return { code, out: terminal.written().replaceAll(`${folder.path}/`, '') };
}

describe('validate', () => {
  it('says ok for a document without mistakes', async () => {
    expect(await validated({ 'prod.json': documentText(), 'dev.json': documentText() })).toMatchObject({
      code: 0,
      out: 'prod.json: ok\ndev.json: ok\n',
    });
  });

  it('reports mistakes in what is said about notices and maintenance, with their places', async () => {
    const document = {
      notify: [{ type: 'slak' }],
      maintenance: [{ cron: '0 3 * * sun', zone: 'Europe/Berln', duration: 60, checks: ['d'] }],
    };
    const { code, out } = await validated({ 'prod.json': documentText(document) });
    expect(code).toBe(2);
    expect(out).toMatch(/^prod\.json:1:\d+: notify\.0\.type: unknown type; did you mean slack\?$/m);
    expect(out).toMatch(/^prod\.json:1:\d+: maintenance\.0\.zone: .*; did you mean Europe\/Berlin\?$/m);
    expect(out).toMatch(/^prod\.json:1:\d+: maintenance\.0\.checks\.0: .*; did you mean db\?$/m);
  });

  it('reports every mistake with its path', async () => {
    const checks = {
      cache: { data: { kind: 'redis', ulr: 'x' }, other: { kind: 'rediss' } },
      db: { ...LEAF, depends_on: ['cahe'] },
      text: 'x',
    };
    const text = documentText({ access_tokens: ['short', 'a token of the tests'], checks, max_age: -1, dedline: 5 });
    const { code, out } = await validated({ 'prod.json': text, 'dev.json': documentText() });
    expect(code).toBe(2);
    expect(out.split('\n').sort()).toEqual(
      [
        '',
        'dev.json: ok',
        'prod.json:1:19: access_tokens.0: shorter than 16 characters; make one with healthgate token',
        'prod.json:1:93: checks.cache.data.ulr: unknown key; did you mean url?',
        'prod.json:1:113: checks.cache.other.kind: unknown kind "rediss"; did you mean redis?',
        'prod.json:1:182: checks.db.depends_on: no other check at cahe',
        'prod.json:1:205: checks.text: expected a check or a group of checks, got string',
        'prod.json:1:230: dedline: unknown key; did you mean deadline?',
        'prod.json:1:217: max_age: expected a number from 0 to 3600; 5 is used',
      ].sort(),
    );
  });

  it.each([
    ['broken JSON', `{"url":"${SECRET}",\n}`, '1:28: not valid JSON: a trailing comma before }; remove it'],
    ['text that is not JSON', SECRET, '1:1: not valid JSON: unexpected text; strings and keys need double quotes'],
    ['an empty file', '', '1:1: not valid JSON: the document is empty'],
    ['a document without checks', documentText({ checks: undefined }), '1:1: checks: missing'],
    ['a document without tokens', documentText({ access_tokens: undefined }), '1:1: access_tokens: missing'],
    ['a document of 5 MB', `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`, ' larger than 1048576 bytes'],
    ['a document with 2,500 levels', `${'{"a":'.repeat(2500)}1${'}'.repeat(2500)}`, ' nested deeper than 256 levels'],
  ])('refuses %s without quoting it', async (_name, text, message) => {
    expect(await validated({ 'prod.json': text })).toMatchObject({ code: 2, out: `prod.json:${message}\n` });
  });

  it('notes the roles that nothing plays where a document names any, which is no mistake', async () => {
    const note = 'no check plays redis, doc_engine, storage: the answers for RAGFlow and Mattermost leave them out';
    const files = { 'prod.json': documentText({ roles: { db: 'db' } }), 'dev.json': documentText() };
    expect(await validated(files)).toMatchObject({
      code: 0,
      out: `prod.json: ok\nprod.json: note: ${note}\ndev.json: ok\n`,
    });
  });

  it('notes them for the public namespace too', async () => {
    const { code, out } = await validated({ 'prod.json': documentText(), 'dev.json': documentText() }, undefined, {
      HEALTHGATE_PUBLIC_NAMESPACE: 'prod',
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^prod\.json: ok\nprod\.json: note: no check plays db, .* out\ndev\.json: ok\n$/);
  });

  it('reports every mistake even in a document that is refused', async () => {
    const text = documentText({ access_tokens: ['short', 7], checks: { a: { kind: 'redis' } }, dedline: 5 });
    const none = documentText({ access_tokens: [], checks: {} });
    const { code, out } = await validated({ 'prod.json': text, 'none.json': none });
    expect(code).toBe(2);
    expect(out.trim().split('\n')).toEqual([
      'prod.json:1:19: access_tokens.0: shorter than 16 characters; make one with healthgate token',
      'prod.json:1:27: access_tokens.1: expected a string, got number',
      'prod.json:1:62: dedline: unknown key; did you mean deadline?',
      'prod.json:1:40: checks.a.url: missing: a check needs url or host',
      'none.json:1:2: access_tokens: must not be empty; make a token with healthgate token',
      'none.json:1:21: checks: must not be empty',
    ]);
  });

  it('says why a file cannot be read, and continues', async () => {
    const folder = await temporaryFolder();
    folders.push(folder);
    await mkdir(join(folder.path, 'folder.json'));
    const terminal = recordingTerminal();
    const files = ['nowhere.json', 'folder.json'].map((name) => join(folder.path, name));
    expect(await validate.run(inputOf(files), terminal)).toBe(2);
    expect(terminal.written().replaceAll(`${folder.path}/`, '')).toBe(
      'nowhere.json: cannot be read: no such file or directory (ENOENT)\nfile:folder.json: has no namespace\n',
    );
  });

  it('shows no control characters of a name', async () => {
    const text = documentText({ checks: { 'x\u001b[2J\nprod.json: ok': { kind: 'nonsense' } }, 'y\u202e\u0007': 1 });
    const { code, out } = await validated({ 'prod.json': text });
    expect(code).toBe(2);
    expect(out.split('\n')).toHaveLength(3);
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('reads files of every syntax, folders and vaults', async () => {
    const folder = await temporaryFolder({
      'a.json': documentText(),
      'b.jsonc': `// b\n${documentText()}`,
      'c.yaml':
        'access_tokens: [a token of the tests]\nchecks:\n' +
        '  db:\n    kind: tcp\n    host: {secret: x}\n    prot: 1\n',
      'c.yml': 'ignored',
    });
    folders.push(folder);
    const mistakes = [
      'c.yaml: c.yml is ignored, since c.yaml exists',
      'c.yaml:6:5: checks.db.prot: unknown key; did you mean port?',
    ];
    for (const target of [folder.path, `file:${folder.path}`]) {
      const terminal = recordingTerminal();
      expect(await validate.run(inputOf([target]), terminal)).toBe(2);
      const lines = terminal.written().replaceAll(`${folder.path}/`, '').split('\n');
      expect(lines).toEqual(expect.arrayContaining(['a.json: ok', 'b.jsonc: ok', ...mistakes]));
      const hasSecret = lines.some((line) => line.endsWith('checks.db.host: the vault has no secret x'));
      expect(hasSecret).toBe(target.startsWith('file:'));
    }
  });

  it('writes JSON with line and column', async () => {
    const folder = await temporaryFolder({ 'a.json': documentText(), 'b.json': '{\n  "checks": 1,\n}' });
    folders.push(folder);
    const terminal = recordingTerminal();
    expect(await validate.run(inputOf([folder.path], { format: 'json' }), terminal)).toBe(2);
    expect(JSON.parse(terminal.written())).toEqual([
      { file: `${folder.path}/a.json`, problems: [] },
      {
        file: `${folder.path}/b.json`,
        problems: [{ path: '', message: 'not valid JSON: a trailing comma before }; remove it', line: 2, column: 14 }],
      },
    ]);
  });

  it('refuses to run without a file', async () => {
    await expect(validate.run(inputOf([]), recordingTerminal())).rejects.toThrow('which file?');
  });
});
