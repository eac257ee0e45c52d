/** A copy of the project, so that builds in it leave the project's own dist/ unchanged for other tests. */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['functions', 'lib', 'infra', 'package.json', 'tsconfig.json', 'serverless.yml'];

export interface ProjectCopy {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Copies what the product is built from, without results of earlier builds. */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'healthgate-copy-'));
  for (const source of SOURCES) await cp(join(ROOT, source), join(folder, source), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
