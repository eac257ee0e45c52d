/** A Redis Sentinel and the master that it watches. They are ended and frozen together. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { freePort, startProcess } from '../process.ts';
import { REDIS_PACKAGE, redisServer, sendCommands, startRedisServer, together } from './shared/redis.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The sentinel. It watches one master, which it calls `main`. */
    readonly redisSentinel: { readonly url: string; readonly port: number };
  }
}

const MASTER = 'main';

export default defineServer({
  name: 'redisSentinel',
  debian: REDIS_PACKAGE,
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const masterPort = await freePort();
    const masterArgs = ['--port', String(masterPort)];
    const master = await startRedisServer('redis', join(folder, 'master'), masterArgs, { port: masterPort });
    try {
      const sentinelFolder = join(folder, 'sentinel');
      const sentinel = await startProcess({
        name: 'redis-sentinel',
        command: redisServer(),
        args: [await writeConfig(sentinelFolder, port, masterPort), '--sentinel'],
        folder: sentinelFolder,
        ready: () => sendCommands({ port }, ['PING']),
      });
      return { ...together([sentinel, master]), port, url: `redis+sentinel://127.0.0.1:${port}/${MASTER}` };
    } catch (error) {
      await master.stop();
      throw error;
    }
  },
});

/** Written again at each start, since the sentinel stores its state in this file. */
async function writeConfig(folder: string, port: number, masterPort: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 1`,
    `sentinel down-after-milliseconds ${MASTER} 1000`,
  ];
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}
