/**
 * Writes what is made from the code: the JSON Schema, the OpenAPI document, the tables in README.md and docs/, the
 * style and the script of the status page, and the protocols of gRPC.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { kinds } from '../lib/checks/index.ts';
import { commonKeys } from '../lib/checks/kind.ts';
import type { Dialect } from '../lib/clients/dialects/dialect.ts';
import { keyRows, pick } from '../lib/document/key-rows.ts';
import type { Schema } from '../lib/document/key-rows.ts';
import { formats } from '../lib/formats/index.ts';
import { windowSchemas } from '../lib/history/maintenance-schema.ts';
import { describedTypes, ownKeys } from '../lib/notify/schema.ts';
import type { DescribedType } from '../lib/notify/schema.ts';
import { commonKeys as everyTarget } from '../lib/notify/target.ts';
import { costTables } from './cost-docs.ts';
import { wholeDocumentSchema } from '../lib/record/document-schema.ts';
import { openApiText } from './openapi.ts';
import { pageAssets } from './page-assets.ts';
import { protos } from './protos.ts';

const ROOT = join(import.meta.dirname, '..');

/** A kind of check as its section shows it. */
export interface KindSection {
  readonly kind: string;
  readonly works: string;
  readonly couldPass: string;
  /** The schema of a leaf, with the keys that every check takes. */
  readonly schema: Schema;
  /** What its URL may say, for a kind with the URL of a server. */
  readonly dialects?: readonly Dialect[] | undefined;
}

/** Each file that is made, with the content that it should have. Paths are relative to the project. */
export async function madeFiles(): Promise<ReadonlyMap<string, string>> {
  const types = await describedTypes();
  const schema = await wholeDocumentSchema();
  const windows = windowSchemas();
  const { $defs = {}, ...document }: Schema = schema;
  const sections = kinds.map((kind): KindSection => ({ ...kind, schema: $defs[kind.kind] ?? {} }));
  const [first] = sections;
  const common = pick(first?.schema ?? {}, (key) => Object.hasOwn(commonKeys, key));
  const settings = pick(document, (key) => key !== '$schema');
  const formatRows = await formatsTable();
  const { services, reflection } = protos();
  const edits: Readonly<Record<string, (text: string) => string>> = {
    'README.md': (text) => withBlock(text, 'kinds', kindsTable(sections)),
    'docs/namespace.md': (text) =>
      withBlock(withBlock(text, 'settings', keysTable(settings)), 'common keys', keysTable(common)),
    'docs/checks.md': (text) => withKindSections(text, sections),
    'docs/notices.md': (text) => types.reduce(withTargetType, withBlock(text, 'common keys', commonOf(types))),
    'docs/recording.md': (text) =>
      withBlock(withBlock(text, 'window', keysTable(windows.once)), 'cron window', keysTable(windows.repeated)),
    'docs/formats.md': (text) => withBlock(text, 'formats', formatRows),
    'docs/cost.md': withCosts,
  };
  const pages = Object.entries(edits).map(async ([path, edit]) => {
    const text = edit(await readFile(join(ROOT, path), 'utf8'));
    return [path, await pretty(text, 'markdown')] as const;
  });
  return new Map([
    ['infra/openapi.json', await pretty(await openApiText(), 'json')] as const,
    ['infra/namespace.schema.json', await pretty(JSON.stringify(schema), 'json')] as const,
    ['lib/formats/html/assets.json', await pretty(JSON.stringify(await pageAssets()), 'json')] as const,
    ['lib/clients/grpc/services.json', await pretty(JSON.stringify(services), 'json')] as const,
    ['lib/grpc/reflection.json', await pretty(JSON.stringify(reflection), 'json')] as const,
    ...(await Promise.all(pages)),
  ]);
}

function withCosts(text: string): string {
  return Object.entries(costTables()).reduce(
    (written, [name, { head, rows }]) => withBlock(written, name, table(head, rows)),
    text,
  );
}

const begin = (name: string) => `<!-- ${name}: made by npm run docs -->`;
const end = (name: string) => `<!-- end of ${name} -->`;

function block(name: string, content: string): string {
  return `${begin(name)}\n\n${content}\n${end(name)}`;
}

/**
 * The text with the content between the markers of that name replaced.
 *
 * @throws Error where the text has no such markers.
 */
export function withBlock(text: string, name: string, content: string): string {
  const from = text.indexOf(begin(name));
  const to = text.indexOf(end(name));
  if (from < 0 || to < from) throw new Error(`expected ${begin(name)} … ${end(name)}`);
  return text.slice(0, from) + block(name, content) + text.slice(to + end(name).length);
}

const MADE_SECTION = /<!-- (\w+): made by npm run docs -->[^]*?<!-- end of \1 -->/;

/**
 * The text with one section for each kind, in their order. Everything before the first one stays. So do the notes that
 * follow a section. A kind that has no section yet gets one.
 *
 * @throws Error if the text has a section for a kind that does not exist: move or delete its notes by hand.
 */
export function withKindSections(text: string, sections: readonly KindSection[]): string {
  // Splitting by an expression with a group gives: what stands before, a name, what follows, the next name, …
  const [intro = '', ...rest] = text.split(MADE_SECTION);
  const notes = new Map<string, string>();
  for (let index = 0; index < rest.length; index += 2) notes.set(rest[index] ?? '', rest[index + 1] ?? '');
  const shown = new Map<Dialect['parameters'], string>();
  const written = sections.map((section) => {
    const found = notes.get(section.kind) ?? '\n\n';
    notes.delete(section.kind);
    return block(section.kind, kindSection(section, shown)) + found;
  });
  const [unknown] = notes.keys();
  if (unknown !== undefined) throw new Error(`there is a section for ${unknown}, which is not a kind`);
  return intro + written.join('');
}

/** @param shown The kinds whose sections have the table of these parameters. It gets those of this kind. */
function kindSection(section: KindSection, shown: Map<Dialect['parameters'], string>): string {
  const { kind, works, couldPass, schema, dialects = [] } = section;
  const own = pick(schema, (key) => key !== 'kind' && !Object.hasOwn(commonKeys, key));
  const intro = `## ${kind}\n\nWorking means: ${works}.\n\nWhat could pass nevertheless: ${couldPass}.\n\n`;
  const urls = dialects.map((dialect, index) => {
    const starts = Object.keys(dialect.schemes).map((scheme) => `\`${scheme}://\``);
    const start = `\n${index === 0 ? 'The URL' : 'Or it'} starts with ${starts.join(', ')}.`;
    const owner = shown.get(dialect.parameters);
    if (owner !== undefined) return `${start} Its parameters are [those of \`${owner}\`](#${owner}).\n`;
    shown.set(dialect.parameters, kind);
    return `${start}\n\n${parametersTable(dialect)}`;
  });
  return intro + keysTable(own) + urls.join('');
}

function commonOf([first]: readonly DescribedType[]): string {
  return keysTable(pick(first?.schema ?? {}, (key) => Object.hasOwn(everyTarget, key)));
}

/** Replaces what a page says of a type of target. */
function withTargetType(text: string, type: DescribedType): string {
  return withBlock(text, type.type, `${type.tells} ${type.repeats}\n\n${keysTable(ownKeys(type))}`);
}

/** What each parameter of a URL does. */
function parametersTable({ parameters, others }: Dialect): string {
  const rows = parameters.map(({ names, fate, words }) => [
    names.map((name) => `\`${name}\``).join(', '),
    fate,
    proseOf(words),
  ]);
  if (others !== undefined) rows.push(['any other', others.fate, proseOf(others.words)]);
  const head = ['Parameter of the URL', 'Fate', 'What it does, why it does nothing, or what to write instead'];
  return table(head, rows);
}

function kindsTable(sections: readonly KindSection[]): string {
  return table(
    ['Kind', 'Working means'],
    sections.map(({ kind, works }) => [`[\`${kind}\`](docs/checks.md#${kind})`, works]),
  );
}

async function formatsTable(): Promise<string> {
  const loaded = await Promise.all(formats.map(async (entry) => ({ ...entry, ...(await entry.load()) })));
  return table(
    ['`?format=`', '`Accept`', '`Content-Type` of the answer'],
    loaded.map(({ name, mediaType, contentType }) => [
      `\`${name}\``,
      mediaType === undefined ? '–' : `\`${mediaType}\``,
      `\`${contentType}\``,
    ]),
  );
}

/** One line for each key. The keys of an object follow it: `expect.status`. */
function keysTable(schema: Schema): string {
  const rows = keyRows(schema).map(({ key, type, required, preset, description }) => [
    `\`${key}\``,
    type,
    required ? '**required**' : preset === undefined ? '–' : `\`${preset}\``,
    proseOf(description),
  ]);
  return table(['Key', 'Type', 'Default', 'Description'], rows);
}

/** URLs as code, since Markdown would make links of them. */
function proseOf(text: string): string {
  return text.replace(/\b[a-z][a-z+]*:\/\/(?:\S*[^\s.,:;)])?/g, (url) => `\`${url}\``);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  return [head, head.map(() => '---'), ...escaped].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

async function pretty(text: string, parser: 'json' | 'markdown'): Promise<string> {
  return format(text, { ...(await resolveConfig(join(ROOT, 'README.md'))), parser });
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, content] of await madeFiles()) await writeFile(join(ROOT, path), content);
}
