/** A MariaDB of its own that lets its user in by password alone. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Addresses } from '../addresses.ts';
import { freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';
import { findProgram } from '../programs.ts';
import { executeAs, unprivileged } from './unprivileged.ts';

export interface MariadbOptions {
  /** Holds its data: started there again, it is the same server. Root must let others pass through the folders above it. */
  readonly folder: string;
  /** A free one unless given. */
  readonly port?: number;
}

const USER = 'app';
const PASSWORD = 'mariadb-Pa55:w@rd';

/** Run at each start. */
const SETUP = [
  'CREATE DATABASE IF NOT EXISTS app;',
  `CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${PASSWORD}';`,
  "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';", // they need no password
  `GRANT ALL ON app.* TO '${USER}'@'%';`,
];

export async function startMariadb(options: MariadbOptions): Promise<Running & Addresses['mysql']> {
  const { folder, port = await freePort() } = options;
  const url = `mysql://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/app`;
  await mkdir(folder, { recursive: true });
  const setupFile = join(folder, 'setup.sql');
  await writeFile(setupFile, SETUP.map((line) => `${line}\n`).join(''));
  const identity = await unprivileged(folder, ['mysql']);
  const data = join(folder, 'data');
  if (!existsSync(join(data, 'mysql'))) {
    const args = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
    await executeAs(identity, findProgram('mariadb-install-db') ?? 'mariadb-install-db', args, folder);
  }
  const running = await startProcess({
    name: 'mariadb',
    command: findProgram('mariadbd') ?? 'mariadbd',
    args: [
      '--no-defaults',
      `--datadir=${data}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--socket=mysql.sock', // in the data folder: a whole path may be too long
      `--pid-file=${join(data, 'mariadb.pid')}`,
      `--init-file=${setupFile}`,
      '--skip-name-resolve',
      '--innodb-buffer-pool-size=16M',
      '--innodb-flush-log-at-trx-commit=0',
    ],
    folder,
    ...identity,
    ready: async () => {
      const connection = await createConnection({ uri: url, connectTimeout: 5000 });
      await connection.end();
    },
  });
  return { ...running, url, port };
}
