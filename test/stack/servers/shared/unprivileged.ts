/** Runs servers that refuse to run as root. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runCommand } from '../../command.ts';

const execute = promisify(execFile);

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Finds a user who is not root to run a server as, and gives that user the folder.
 *
 * @param users The first one that this machine has is used, or else `nobody`.
 * @returns Undefined if this process does not run as root: the server then runs as the same user.
 */
export async function unprivileged(folder: string, users: readonly string[]): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of [...users, 'nobody']) {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => runCommand('id', [flag, user], 5000)));
    if (uid?.ok !== true || gid?.ok !== true) continue;
    const identity = { uid: Number(uid.output), gid: Number(gid.output) };
    await execute('chown', ['-R', `${identity.uid}:${identity.gid}`, folder]);
    return identity;
  }
  throw new Error('this machine has no user nobody');
}

/** Runs a command to its end as that user. Rejects with its standard error if it fails. */
export async function executeAs(
  identity: Identity | undefined,
  command: string,
  args: readonly string[],
  folder: string,
): Promise<void> {
  await execute(command, args, { ...identity, cwd: folder, timeout: 60_000, env: { ...process.env, LC_ALL: 'C' } });
}
