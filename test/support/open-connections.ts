/** TCP connections of a process, as Linux reports them: https://man7.org/linux/man-pages/man5/proc_pid_net.5.html */
import { readdir, readFile, readlink } from 'node:fs/promises';

const ESTABLISHED = '01';

/** Remote ports of the established connections. */
export async function openConnections(pid: number): Promise<number[]> {
  const folder = `/proc/${String(pid)}/fd`;
  const links = await Promise.all(
    (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => 'closed meanwhile')),
  );
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${String(pid)}/net/${name}`, 'utf8')));
  return tables
    .flatMap((table) => table.trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = '']) => state === ESTABLISHED && inodes.has(inode))
    .map(([, , remote = '']) => Number.parseInt(remote.split(':')[1] ?? '', 16));
}
