/** A copy of the project, so that what builds or packages there leaves the project's own dist/ as it is for other tests. */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['functions', 'lib', 'infra', 'package.json', 'tsconfig.json', 'serverless.yml'];

export interface ProjectCopy {
  readonly folder: string;
  remove(): Promise<void>;
}

/** What the product is made of, without what it makes. */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-copy-'));
  for (const source of SOURCES) await cp(join(ROOT, source), join(folder, source), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
