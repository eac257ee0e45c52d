import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '../did-you-mean.ts';
import type { ConsumerEntry, GeneratedFile } from '../generate/consumer.ts';
import { consumers } from '../generate/index.ts';
import { planOf } from '../generate/plan.ts';
import { openStore } from '../vault/stores/open.ts';
import { Namespaces } from './chosen-namespace.ts';
import { EXIT, stringOf, UsageError } from './command.ts';
import type { Command, Input } from './command.ts';
import { program } from './program.ts';
import { systemWords } from './system-words.ts';
import { vaultName, vaultOption } from './vault-option.ts';

const names = consumers.map(({ name }) => name);

export const generate: Command = {
  arguments: [
    {
      name: 'CONSUMER',
      help: consumers.map(({ name, summary }) => `${name}: ${summary}`).join('\n'),
      words: names,
    },
  ],
  options: {
    url: { type: 'string', value: 'URL', help: 'the base URL of the endpoint: https://health.example' },
    namespace: {
      type: 'string',
      value: 'NAME',
      help: 'the namespace; may be left out if the vault has only one',
    },
    ...vaultOption,
    out: { type: 'string', value: 'DIR', help: 'a folder for the files; otherwise the first goes to standard output' },
  },
  notes: `Files hold no token. They name a file, a secret or an environment variable that does.`,
  example: 'healthgate generate prometheus-rules --namespace prod --url https://health.example --out prometheus',

  async run(input, terminal) {
    const entry = consumerIn(input);
    const url = baseUrlIn(input);
    const namespaces = new Namespaces(await openStore(vaultName(input, terminal)), terminal);
    const namespace = await namespaces.choose(stringOf(input, 'namespace'));
    const consumer = await entry.load();
    const plan = planOf(namespace, url);
    const files = consumer.generate(plan);
    const [first, ...more] = files;
    const out = stringOf(input, 'out');
    if (out !== undefined) {
      await writeAll(out, files);
      for (const { name } of files) terminal.out(`${join(out, name)}\n`);
      const place = consumer.token?.(plan);
      const make = `${program()} token ${plan.namespace} --add`;
      if (place !== undefined) terminal.err(`The token goes into ${place}. To make one of its own: ${make}\n`);
      return EXIT.ok;
    }
    terminal.out(first.text);
    if (more.length > 0)
      terminal.err(`That was ${first.name}. --out DIR also writes ${more.map(({ name }) => name).join(' and ')}.\n`);
    return EXIT.ok;
  },
};

function consumerIn({ positionals }: Input): ConsumerEntry {
  const [name, ...more] = positionals;
  if (name === undefined) throw new UsageError(`for which consumer? ${names.join(', ')}`);
  if (more.length > 0) throw new UsageError('expected one consumer');
  const entry = consumers.find((consumer) => consumer.name === name);
  if (entry !== undefined) return entry;
  const hint = didYouMean(name, names);
  throw new UsageError(`no consumer ${JSON.stringify(name)}${hint === '' ? `; expected ${names.join(', ')}` : hint}`);
}

/** The messages do not repeat the URL: it may contain a token. */
function baseUrlIn(input: Input): string {
  const text = stringOf(input, 'url');
  if (text === undefined) throw new UsageError('--url: missing; expected the base URL of the endpoint');
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new UsageError('--url: expected a URL that begins with http:// or https://');
  const { origin, pathname, search, hash, username, password } = new URL(text);
  if (username + password + search + hash !== '')
    throw new UsageError('--url: expected a URL without user, query and fragment');
  const path = pathname.replace(/\/(?:api\/health\/?)?$/, '');
  if (/\/api\/health\/|\/hg_/.test(path)) throw new UsageError('--url: expected the base URL, without a token');
  // Shells, CloudFormation and others read the files: no character means anything to them.
  if (!/^[\w./~%-]*$/.test(path))
    throw new UsageError('--url: expected a path of letters, digits and any of - _ . / ~ %');
  return `${origin}${path}`;
}

async function writeAll(folder: string, files: readonly GeneratedFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of files) await writeFile(join(folder, name), text);
  } catch (error) {
    throw new UsageError(`cannot write to ${folder}: ${systemWords(error)}`);
  }
}
