import { kinds as registry } from '../checks/index.ts';
import type { Dialect } from '../clients/dialects/dialect.ts';
import type { AnyKind } from '../checks/kind.ts';
import { commonKeys } from '../checks/kind.ts';
import { didYouMean } from '../did-you-mean.ts';
import { keyRows, pick } from '../document/key-rows.ts';
import type { KeyRow } from '../document/key-rows.ts';
import { leafJsonSchema } from '../document/schema.ts';
import { EXIT, oneOfOption, UsageError } from './command.ts';
import type { Command } from './command.ts';
import { program } from './program.ts';
import { wrapped } from './wrapped.ts';

/** The names of all kinds. */
export const kindNames = registry.map(({ kind }) => kind);

const FORMATS = ['text', 'json'] as const;

export const kinds: Command = {
  arguments: [
    { name: '[KIND]', help: 'a kind of check, such as postgres; all of them unless given', words: kindNames },
  ],
  options: { format: { type: 'string', value: 'FORMAT', help: 'text or json (text)', words: FORMATS } },
  notes: `Without KIND, lists the kinds with what each proves. With it, shows the keys with their types and
defaults, what its URL may say, and an example. As JSON, the keys are a JSON Schema.`,
  example: 'healthgate kinds celery_queue',

  async run(input, terminal) {
    const [name, ...more] = input.positionals;
    if (more.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(more[0])}`);
    const format = oneOfOption(input, 'format', FORMATS);
    const asked = name === undefined ? registry : [kindCalled(name)];
    if (format === 'json') terminal.out(`${JSON.stringify(asked.map(dataOf), null, 2)}\n`);
    else if (name === undefined) terminal.out(list(terminal.columns));
    else terminal.out(asked.map((kind) => page(kind, terminal.columns)).join(''));
    return EXIT.ok;
  },
};

/** @throws UsageError that names a kind that was probably meant. */
export function kindCalled(name: string): AnyKind {
  const found = registry.find(({ kind }) => kind === name);
  if (found !== undefined) return found;
  throw new UsageError(`unknown kind ${JSON.stringify(name)}${didYouMean(name, kindNames)}; see ${program()} kinds`);
}

function dataOf(kind: AnyKind): object {
  const schema = leafJsonSchema(kind);
  return { kind: kind.kind, works: kind.works, example: schema.examples?.[0], schema };
}

function list(columns: number): string {
  const width = Math.max(...registry.map(({ kind }) => kind.length)) + 2;
  return registry.map(({ kind, works }) => wrapped(works, { columns, start: kind.padEnd(width) })).join('');
}

function page(kind: AnyKind, columns: number): string {
  const schema = leafJsonSchema(kind);
  const isCommon = (key: string) => Object.hasOwn(commonKeys, key);
  const own = keyRows(pick(schema, (key) => key !== 'kind' && !isCommon(key)));
  const common = keyRows(pick(schema, isCommon));
  const title = wrapped(`Working means: ${kind.works}.`, { columns, start: '' });
  const example = JSON.stringify(schema.examples?.[0], null, 2).replace(/^/gm, '  ');
  return [
    `${kind.kind}\n\n${title}`,
    `Keys:\n\n${own.map((row) => rowText(row, columns)).join('') || '  none of its own\n'}`,
    `Keys of every check:\n\n${common.map((row) => rowText(row, columns)).join('')}`,
    ...urlText(kind, columns),
    // At the end, where it is on the screen.
    `Example:\n\n${example}\n`,
  ].join('\n');
}

function rowText({ key, type, required, preset, description }: KeyRow, columns: number): string {
  const fallback = required ? ', required' : preset === undefined ? '' : `, ${preset} unless set`;
  return `  ${key}: ${type.replaceAll('`', '')}${fallback}\n${wrapped(description, { columns, start: '      ' })}`;
}

/** What the URL may say, by what becomes of it. */
function urlText({ dialects = [] }: AnyKind, columns: number): string[] {
  return dialects.map((dialect) => dialectText(dialect, columns));
}

function dialectText({ schemes: known, parameters }: Dialect, columns: number): string {
  const schemes = Object.keys(known).map((scheme) => `${scheme}://`);
  const named = (fate: string) =>
    parameters.filter((parameter) => parameter.fate === fate).flatMap(({ names }) => names);
  const lines = ['honoured', 'harmless', 'refused'].flatMap((fate) => {
    const names = named(fate);
    return names.length === 0 ? [] : [wrapped(names.join(', '), { columns, start: `  ${fate}: `, indent: 6 })];
  });
  const starts = wrapped(`The URL starts with ${schemes.join(', ')}.`, { columns, start: '' });
  return `${starts}\nParameters of the URL:\n\n${lines.join('')}`;
}
