import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kinds } from '../../../lib/checks/index.ts';
import { EXIT } from '../../../lib/cli/command.ts';
import type { Terminal } from '../../../lib/cli/command.ts';
import { SCHEMA_FILE } from '../../../lib/cli/editor-schema.ts';
import { init } from '../../../lib/cli/init.ts';
import { inspectDocument } from '../../../lib/document/inspect.ts';
import { wholeDocumentSchema } from '../../../lib/record/document-schema.ts';
import { namespaceOf } from '../../../lib/document/tokens.ts';
import { fileStore } from '../../../lib/vault/stores/file.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { inputOf, recordingTerminal } from '../../support/terminal.ts';

interface Document {
  readonly access_tokens: readonly string[];
  readonly checks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Runs `init` on a folder that does not exist yet. */
async function started(args: readonly string[], overrides: Partial<Terminal> = {}) {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  const vault = join(folder.path, 'vault');
  const terminal = recordingTerminal(overrides);
  const run = () => init.run(inputOf(args, { vault: `file:${vault}` }), terminal);
  const read = async (name: string) => readFile(join(vault, `${name}.json`), 'utf8');
  return { vault, terminal, run, read };
}

/** Answers the questions of a command one by one; nothing further at the end. */
function answering(...answers: readonly string[]): Pick<Terminal, 'ask'> & { readonly asked: string[] } {
  const asked: string[] = [];
  return { asked, ask: async (question) => answers[asked.push(question) - 1] ?? '' };
}

describe('init', () => {
  it('writes a document that validate accepts, for every kind', async () => {
    const { run, read } = await started(['shop', ...kinds.map(({ kind }) => kind)]);
    expect(await run()).toBe(EXIT.ok);
    const text = await read('shop');
    const { checks, ...found } = await inspectDocument('shop', text);
    expect(found).toEqual({ problems: [], notes: [] });
    expect(checks).toBeGreaterThanOrEqual(kinds.length); // a composite one counts with its steps
  });

  it('names a JSON Schema that lies beside the document, and is no namespace', async () => {
    const { run, read, vault } = await started(['shop', 'redis']);
    await run();
    const { $schema } = JSON.parse(await read('shop')) as { readonly $schema: string };
    // Editors resolve it as a URL relative to the document.
    const file = new URL($schema, pathToFileURL(join(vault, 'shop.json')));
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(await wholeDocumentSchema())));
    expect(await fileStore(vault).list(AbortSignal.timeout(1000))).toEqual(['shop']);
  });

  it('replaces the JSON Schema of an earlier version', async () => {
    const { run, vault } = await started(['shop', 'redis']);
    await mkdir(vault);
    await writeFile(join(vault, SCHEMA_FILE), '{}');
    await run();
    expect(await readFile(join(vault, SCHEMA_FILE), 'utf8')).toContain('"title":"Healthgate namespace"');
  });

  it('creates the namespace even if the JSON Schema cannot be written', async () => {
    const { run, read, vault, terminal } = await started(['shop', 'redis']);
    await mkdir(join(vault, SCHEMA_FILE), { recursive: true });
    expect(await run()).toBe(EXIT.ok);
    expect(await read('shop')).toContain('"redis"');
    expect(terminal.writtenErr()).toMatch(/^the JSON Schema for editors cannot be written to .*\(EISDIR\)\n$/);
  });

  it('takes the first key of a kind, numbers checks of one kind, and keeps a password to the file', async () => {
    const url = 'redis://:s3cret@127.0.0.1:6379';
    const { run, read, vault, terminal } = await started(['shop', `redis=${url}`, 'redis', 'tcp=smtp.example']);
    await run();
    const { checks } = JSON.parse(await read('shop')) as Document;
    expect(Object.keys(checks)).toEqual(['redis', 'redis_2', 'tcp']);
    expect(checks).toMatchObject({ redis: { kind: 'redis', url }, tcp: { host: 'smtp.example', port: 25 } });
    expect((await stat(join(vault, 'shop.json'))).mode & 0o077).toBe(0);
    expect(terminal.written()).not.toContain('s3cret');
  });

  it.each([
    ['tcp=127.0.0.1:57909', { host: '127.0.0.1', port: 57909 }],
    ['tcp=[::1]:57909', { host: '::1', port: 57909 }],
    ['tcp=::1', { host: '::1', port: 25 }],
    ['memcached=127.0.0.1:11212', { url: 'memcached://127.0.0.1:11212' }],
  ])('understands %s', async (argument, keys) => {
    const { run, read } = await started(['shop', argument]);
    await run();
    const { checks } = JSON.parse(await read('shop')) as Document;
    expect(Object.values(checks)).toEqual([expect.objectContaining(keys)]);
  });

  it.each(kinds.filter(({ keys }) => 'url' in keys))(
    'adds no scheme to a URL of $kind that may mean TLS',
    async (kind) => {
      const taken = ['http', 'https', 'redis', 'rediss', 'amqp', 'amqps', 'ws', 'wss', 'grpc', 'grpcs'].filter(
        (scheme) => kind.keys.url !== undefined && v.safeParse(kind.keys.url, `${scheme}://host:1`).success,
      );
      const { run, read } = await started(['shop', `${kind.kind}=host:1`]);
      const error = await run().catch((error: unknown) => error);
      if (taken.length > 1) expect(String(error)).toMatch(/UsageError: \w+: url: expected/);
      else if (error === EXIT.ok) expect(await read('shop')).toMatch(/"url": "\w+:\/\/host:1"/);
      else expect(String(error)).toMatch(/url: has no user before the host/);
    },
  );

  it('shows the token and the next commands, with a check that works at the start', async () => {
    const { run, read, vault, terminal } = await started([]);
    await run();
    const { access_tokens, checks } = JSON.parse(await read('prod')) as Document;
    expect(checks).toEqual({ secrets_manager: { kind: 'secrets_manager' } });
    expect(namespaceOf(access_tokens[0] ?? '')).toBe('prod');
    expect(terminal.written()).toContain(`token    ${access_tokens[0] ?? ''}\n`);
    expect(terminal.written()).toContain(`healthgate check --namespace prod --vault file:${vault}\n`);
    expect(terminal.written()).toContain(`Edit ${join(vault, 'prod.json')}, then:\n`);
  });

  it('overwrites nothing', async () => {
    const { run, read } = await started(['shop', 'redis']);
    await run();
    const before = await read('shop');
    await expect(run()).rejects.toThrow(/^file:.* has a namespace shop, which is not overwritten$/);
    expect(await read('shop')).toBe(before);
  });

  it.each([
    [['shop', 'reddis'], /^unknown kind "reddis"; did you mean redis\?/],
    [['redis=redis://h'], /the namespace comes before the checks$/],
    [['../shop'], /^a namespace has 1 to 64 letters/],
    [['shop', 'secrets_manager=s3cret'], /^secrets_manager: takes no value$/],
    [['shop', 'redis=s3cret'], /^redis: url: expected a URL that starts with redis.*; see healthgate kinds redis$/],
    [['shop', 'postgres=redis://:s3cret@h'], /^postgres: url: /],
  ])('refuses %j and writes nothing', async (args, message) => {
    const { run, vault } = await started(args);
    const error = (await run().catch((error: unknown) => error)) as Error;
    expect(error.name).toBe('UsageError');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('s3cret');
    await expect(readdir(vault)).rejects.toThrow('ENOENT');
  });
});

describe('init on a terminal', () => {
  it('asks for the namespace, the kinds and their keys, again where an answer is a mistake', async () => {
    const tcp = ['tcp', 'smtp.example', 'x', '587'];
    const answers = answering('shop', '?', 'tpc', ...tcp, 'redis', '', '');
    const { run, read, terminal } = await started([], answers);
    expect(await run()).toBe(EXIT.ok);
    const { checks } = JSON.parse(await read('shop')) as Document;
    expect(checks).toMatchObject({ tcp: { host: 'smtp.example', port: 587 }, redis: { kind: 'redis' } });
    expect(answers.asked).toContain('  host (empty takes the example smtp.example, to edit): ');
    expect(terminal.written()).toContain('a TCP connection opens');
    expect(terminal.writtenErr()).toMatch(/unknown kind "tpc"; did you mean tcp\?[^]*port: expected /);
  });

  it('leaves a check out where nothing follows a wrong answer, and never puts the example in its place', async () => {
    const answers = answering('shop', 'redis', 'http://x', '', 'tcp', 'smtp.example', '0', '', 'dns', '');
    const { run, read, terminal } = await started([], answers);
    await run();
    const { checks } = JSON.parse(await read('shop')) as Document;
    expect(checks).toEqual({ dns: { kind: 'dns', name: 'shop.example' } });
    expect(answers.asked).toContain('  url (empty leaves the check out): ');
    expect(terminal.writtenErr()).toContain('  redis is left out\n');
  });

  it('asks for no port that was given with the host', async () => {
    const answers = answering('shop', 'tcp', '127.0.0.1:57909', 'memcached', '[::1]:11212');
    const { run, read } = await started([], answers);
    await run();
    const { checks } = JSON.parse(await read('shop')) as Document;
    expect(checks).toEqual({
      tcp: { kind: 'tcp', host: '127.0.0.1', port: 57909 },
      memcached: { kind: 'memcached', url: 'memcached://[::1]:11212' },
    });
    expect(answers.asked.join()).not.toContain('  port ');
  });

  it('writes nothing after Ctrl-C', async () => {
    const controller = new AbortController();
    const ask = async () => {
      controller.abort();
      return '';
    };
    const { run, vault } = await started([], { ask, signal: controller.signal });
    expect(await run()).toBe(EXIT.calledOff);
    await expect(readdir(vault)).rejects.toThrow('ENOENT');
  });
});
