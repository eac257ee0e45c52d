/** What the documentation shows must exist: pages and headings that links lead to, documents, commands and scripts. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../lib/cli/command.ts';
import { commands as commandEntries } from '../../lib/cli/commands.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';
import { createToken } from '../../lib/document/tokens.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { documentText } from '../support/namespace.ts';

const ROOT = join(import.meta.dirname, '../..');
const SKIPPED = new Set(['node_modules', 'dist', 'vault']);

const pages = await readPages();
const commands = await readCommands();

describe('README.md', () => {
  it('has at most 160 lines', () => {
    expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(160);
  });
});

describe.each([...pages.keys()])('%s', (page) => {
  const text = textOf(page);

  it('has only links that lead to a file and a heading that exist', () => {
    const broken = linksIn(text).filter((link) => !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });

  it('shows only JSON that parses, and only documents and checks without mistakes', async () => {
    const problems = await Promise.all(blocksOf(text, 'json').map(problemsOf));
    expect(problems.flat()).toEqual([]);
  });

  it('shows only commands, options and scripts that exist', () => {
    const spans = [...withoutBlocks(text).matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
    const lines = blocksOf(text, 'bash').flatMap((block) => block.split('\n'));
    expect([...spans, ...lines].flatMap(commandsIn).flatMap(mistakeIn)).toEqual([]);
  });
});

describe('these tests', () => {
  it('find a link to a heading that does not exist', () => {
    expect(leadsSomewhere('README.md', 'docs/checks.md#redis')).toBe(true);
    expect(leadsSomewhere('README.md', 'docs/checks.md#radish')).toBe(false);
    expect(leadsSomewhere('README.md', 'docs/chex.md')).toBe(false);
  });

  it('find a mistake in a document, in a check, and in JSON that is neither', async () => {
    expect(
      await problemsOf('{ "access_tokens": ["hg_shop_…"], "chekcs": {}, "checks": { "a": { "kind": "tcp" } } }'),
    ).not.toEqual([]);
    expect(await problemsOf('{ "kind": "tcp", "hots": "db.example", "port": 5432 }')).not.toEqual([]);
    expect(await problemsOf('{ "status": }')).not.toEqual([]);
    expect(await problemsOf('{ "status": "working" }')).toEqual([]);
  });

  it('find commands, options and scripts that do not exist', () => {
    const mistakes = (line: string) => commandsIn(line).flatMap(mistakeIn);
    expect(mistakes('npm ci && npm run dmeo')).toEqual(['npm run dmeo']);
    expect(mistakes('node dist/cli.js chekc')).toEqual(['node dist/cli.js chekc']);
    expect(mistakes('node dist/cli.js check --namepsace shop # once')).toEqual([
      'node dist/cli.js check --namepsace shop',
    ]);
    expect(mistakes('npm run demo -- --yes && node dist/cli.js check --namespace shop # once')).toEqual([]);
  });
});

/** Every Markdown file of the project, by its path. */
async function readPages(): Promise<ReadonlyMap<string, string>> {
  const top = await readdir(ROOT, { withFileTypes: true });
  const folders = top.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name));
  const below = await Promise.all(
    folders.map(async ({ name }) =>
      (await readdir(join(ROOT, name), { recursive: true })).map((path) => `${name}/${path}`),
    ),
  );
  const paths = [...top.map(({ name }) => name), ...below.flat()].filter((path) => path.endsWith('.md'));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(ROOT, path), 'utf8')] as const)),
  );
}

/** The commands of the command line, by name. */
async function readCommands(): Promise<ReadonlyMap<string, Command>> {
  return new Map(await Promise.all(commandEntries.map(async (entry) => [entry.name, await entry.load()] as const)));
}

function textOf(page: string): string {
  return pages.get(page) ?? '';
}

const BLOCK = /^```(\w*)\n([^]*?)^```$/gm;

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(BLOCK)].flatMap(([, name, content = '']) => (name === language ? [content] : []));
}

function withoutBlocks(text: string): string {
  return text.replace(BLOCK, '');
}

/** Targets of the links, without those that lead out of the project. */
function linksIn(text: string): string[] {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => (/^[a-z]+:/.test(link) ? [] : [link]));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(textOf(relative(ROOT, target))).has(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#+ (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; found.has(anchor); count += 1) anchor = `${slug}-${String(count)}`;
    found.add(anchor);
  }
  return found;
}

/** What is wrong with an example. `hg_shop_…` stands for a token, which nobody should copy from a page. */
async function problemsOf(example: string): Promise<string[]> {
  const text = example.replace(/hg_(\w+)_…/g, (_placeholder, namespace: string) => createToken(namespace));
  try {
    const value = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const isDocument = typeof value.checks === 'object';
    if (!isDocument && typeof value.kind !== 'string') return [];
    const document = isDocument ? text : documentText({ checks: { example: value } });
    const { problems } = await parseNamespace('shop', document);
    return problems.map(({ path, message }) => `${path}: ${message}`);
  } catch (error) {
    return [`${String(error)} in ${example}`];
  }
}

/** The parts of a line of shell that call Healthgate or npm, without variables, comments and pipes. */
function commandsIn(line: string): string[] {
  return line
    .replace(/(^|\s)#.*/, '')
    .split(/&&|\||;/)
    .map((part) => part.trim())
    .filter((part) => /^(node dist\/cli\.js|healthgate|npm (run|start|test)\b)/.test(part));
}

function mistakeIn(command: string): string[] {
  const [program, first = '', second = '', ...rest] = command.split(/\s+/);
  if (program === 'npm') return Object.hasOwn(packageJson.scripts, first === 'run' ? second : first) ? [] : [command];
  const [name, args] = program === 'node' ? [second, rest] : [first, [second, ...rest].filter((arg) => arg !== '')];
  if (name === '' || name === '--help') return [];
  return isUnderstood(name, args) ? [] : [command];
}

function isUnderstood(name: string, args: readonly string[]): boolean {
  const found = commands.get(name);
  if (found === undefined) return false;
  const options = { ...found.options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    parseArgs({ args: [...args], options, allowPositionals: true });
    return true;
  } catch {
    return false;
  }
}
