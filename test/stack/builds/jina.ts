/** Jina, in a Python environment of its own: it wants older versions than the rest of the tests. */
import { join } from 'node:path';
import { buildStep, defineBuild } from './build.ts';

const CONSTRAINTS = join(import.meta.dirname, 'jina/constraints.txt');
const CREATE_MS = 120_000;
const PIP_MS = 600_000;

/** Run its interpreter, `bin/python`: the scripts beside it name the folder in which it was built. */
export const jina = defineBuild({
  name: 'jina',
  inputs: [CONSTRAINTS],
  from: 'pip install -c test/stack/builds/jina/constraints.txt jina',
  debian: { 'python3.11-venv': 'python3.11' },
  async build(folder) {
    await buildStep('/usr/bin/python3.11', ['-m', 'venv', folder], CREATE_MS);
    const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '-c', CONSTRAINTS, 'jina'];
    await buildStep(join(folder, 'bin/python'), pip, PIP_MS);
  },
});
