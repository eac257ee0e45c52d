/** How this program was called, so that the commands that it names can be copied. */
import { basename, relative } from 'node:path';

/** `healthgate`, `npx healthgate` or `node dist/cli.js`. */
export function program(): string {
  return programOf(process.argv[1] ?? '', process.cwd());
}

/** @param script The absolute path that Node.js was given, before links are followed. */
export function programOf(script: string, folder: string): string {
  if (basename(script) !== 'cli.js') return script.includes('/node_modules/.bin/') ? 'npx healthgate' : 'healthgate';
  const inside = relative(folder, script);
  const path = inside.startsWith('..') ? script : inside;
  return `node ${/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
}
