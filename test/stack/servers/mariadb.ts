/** A MariaDB whose user logs in by password. It keeps its data in its folder. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { defineServer } from '../define-server.ts';
import { freePort, startProcess } from '../process.ts';
import { findProgram } from '../programs.ts';
import { executeAs, unprivileged } from './shared/unprivileged.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The database `app`; the URL has user and password. */
    readonly mysql: { readonly url: string; readonly port: number; readonly socket: string };
  }
}

const USER = 'app';
const PASSWORD = 'mariadb-Pa55:w@rd';

/** The server runs these statements at each start. */
const SETUP = [
  'CREATE DATABASE IF NOT EXISTS app;',
  `CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${PASSWORD}';`,
  "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';", // they need no password
  `GRANT ALL ON app.* TO '${USER}'@'%';`,
];

export default defineServer({
  name: 'mysql',
  demo: { title: 'MariaDB' },
  debian: { 'mariadb-server': ['mariadbd', 'mariadb-install-db'] },
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const url = `mysql://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/app`;
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
        '--socket=mysql.sock', // in the data folder
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
    return { ...running, url, port, socket: join(data, 'mysql.sock') };
  },
});
