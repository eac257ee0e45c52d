/** Writes what is made from the code: the JSON Schema of a namespace's document, and the table of kinds in the README. */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { kinds } from '../lib/checks/index.ts';
import { documentSchema } from './schema.ts';

const BEGIN = '<!-- kinds: made by npm run docs -->';
const END = '<!-- end of kinds -->';

/** Each file that is made, with what it should hold. Paths are relative to the project. */
export async function madeFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['infra/namespace.schema.json', await pretty(JSON.stringify(documentSchema()), 'json')],
    ['README.md', await pretty(withKinds(await readFile('README.md', 'utf8')), 'markdown')],
  ]);
}

function withKinds(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${kindsTable()}\n${readme.slice(end)}`;
}

function kindsTable(): string {
  const rows = kinds.map(({ kind, keys, works }) => [
    `\`${kind}\``,
    Object.keys(keys)
      .map((key) => `\`${key}\``)
      .join(', '),
    works,
  ]);
  return [['kind', 'keys', 'works means'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

async function pretty(text: string, parser: 'json' | 'markdown'): Promise<string> {
  return format(text, { ...(await resolveConfig('README.md')), parser });
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, content] of await madeFiles()) await writeFile(path, content);
}
