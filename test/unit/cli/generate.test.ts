import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { generate } from '../../../lib/cli/generate.ts';
import { documentText } from '../../support/namespace.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { inputOf, recordingTerminal } from '../../support/terminal.ts';

const folders: Awaited<ReturnType<typeof temporaryFolder>>[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => folder.remove()));
});

async function generated(consumer: readonly string[], values: Readonly<Record<string, string>> = {}) {
  const folder = await temporaryFolder({ 'prod.json': documentText() });
  folders.push(folder);
  const terminal = recordingTerminal();
  const options = { vault: `file:${folder.path}`, url: 'https://health.example', ...values };
  const code = await generate.run(inputOf(consumer, options), terminal);
  return { code, out: terminal.written(), err: terminal.writtenErr(), folder: folder.path };
}

describe('generate', () => {
  it('writes the file of a consumer to standard output', async () => {
    const { code, out, err } = await generated(['gatus']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('url: https://health.example/api/health/');
  });

  it('writes the first of several files to standard output, and says what --out would write in addition', async () => {
    const { out, err } = await generated(['prometheus-rules']);
    expect(out).toContain('groups:');
    expect(err).toBe(
      'That was healthgate-prod.rules.yml. --out DIR also writes prometheus.yml and alertmanager.yml.\n',
    );
  });

  it('writes all files into a folder, which it makes, and lists them', async () => {
    const folder = await temporaryFolder();
    folders.push(folder);
    const out = join(folder.path, 'deep/er');
    const result = await generated(['prometheus-rules'], { out });
    const names = ['healthgate-prod.rules.yml', 'prometheus.yml', 'alertmanager.yml'];
    expect(result.out).toBe(names.map((name) => `${join(out, name)}\n`).join(''));
    expect((await readdir(out)).sort()).toEqual(names.sort());
    expect(result.err).toBe(
      'The token goes into the file healthgate-prod.token, beside prometheus.yml. ' +
        'To make one of its own: healthgate token prod --add\n',
    );
    expect(await readFile(join(out, 'prometheus.yml'), 'utf8')).toContain('health.example');
  });

  it.each([
    ['https://health.example', 'https://health.example/api/health/'],
    ['https://health.example/', 'https://health.example/api/health/'],
    ['https://health.example/ops/', 'https://health.example/ops/api/health/'],
    ['http://127.0.0.1:3000/api/health/', 'http://127.0.0.1:3000/api/health/'],
  ])('takes the base URL %s', async (url, expected) => {
    expect((await generated(['gatus'], { url })).out).toContain(`url: ${expected}\n`);
  });

  it.each([
    ['ftp://health.example', 'begins with http'],
    ['health.example', 'begins with http'],
    ['https://user:needle@health.example', 'without user'],
    ['https://health.example/?needle', 'without user, query'],
    ['https://health.example/api/health/needle', 'without a token'],
    ['https://health.example/hg_prod_needle', 'without a token'],
    ["https://health.example/o'needle", 'a path of letters'],
    ['https://health.example/$needle', 'a path of letters'],
  ])('refuses the URL %s, and does not repeat it', async (url, words) => {
    const refusal = generated(['gatus'], { url });
    await expect(refusal).rejects.toThrow(words);
    await expect(refusal).rejects.not.toThrow('needle');
  });

  it.each([
    [[], 'for which consumer? gatus, '],
    [['promethues-rules'], 'did you mean prometheus-rules?'],
    [['nothing-like-it-at-all'], 'expected gatus, '],
    [['gatus', 'route53'], 'expected one consumer'],
  ])('refuses the consumers %j', async (consumer, words) => {
    await expect(generated(consumer)).rejects.toThrow(words);
  });

  it('says all that is wrong with a document that cannot be used', async () => {
    const folder = await temporaryFolder({ 'prod.json': '{ "tiemout": 1, "checks": { "a": { "kind": "tpc" } } }' });
    folders.push(folder);
    const terminal = recordingTerminal();
    const values = { vault: `file:${folder.path}`, url: 'https://health.example' };
    await expect(generate.run(inputOf(['gatus'], values), terminal)).rejects.toThrow(
      `${join(folder.path, 'prod.json')} cannot be used; correct it, and ask healthgate validate file:${folder.path}`,
    );
    expect(terminal.writtenErr()).toMatch(/access_tokens: missing\n[^]*tiemout[^]*tpc/);
  });

  it('says why it cannot write', async () => {
    await expect(generated(['gatus'], { out: '/dev/null/x' })).rejects.toThrow('cannot write to /dev/null/x: ');
  });

  it('refuses a namespace that does not exist', async () => {
    await expect(generated(['gatus'], { namespace: 'prdo' })).rejects.toThrow('did you mean prod?');
  });
});
