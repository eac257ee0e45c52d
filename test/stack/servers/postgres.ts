/** A PostgreSQL whose only user logs in by password. It keeps its data in its folder. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { defineServer } from '../define-server.ts';
import { freePort, startProcess } from '../process.ts';
import { findProgram } from '../programs.ts';
import { executeAs, unprivileged } from './shared/unprivileged.ts';
import type { Identity } from './shared/unprivileged.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The database `app`; the URL has user and password. */
    readonly postgres: { readonly url: string; readonly port: number; readonly socketFolder: string };
  }
}

const USER = 'app';
const PASSWORD = 'postgres-Pa55:w@rd';

export default defineServer({
  name: 'postgres',
  demo: { title: 'PostgreSQL' },
  debian: { postgresql: ['postgres', 'initdb'] },
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const url = `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/app`;
    const identity = await unprivileged(folder, ['postgres']);
    const data = join(folder, 'data');
    if (!existsSync(join(data, 'PG_VERSION'))) await initialize(folder, data, identity);
    const running = await startProcess({
      name: 'postgres',
      command: findProgram('postgres') ?? 'postgres',
      // `-F`: this data need not survive a crash, so it never waits for the disk.
      args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F', '-c', 'shared_buffers=16MB'],
      folder,
      ...identity,
      stopSignal: 'SIGINT', // does not wait for clients to disconnect
      ready: () => makeDatabase(url),
    });
    return { ...running, url, port, socketFolder: folder };
  },
});

async function initialize(folder: string, data: string, identity: Identity | undefined): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, PASSWORD);
  const login = ['-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const rest = ['--encoding=UTF8', '--locale=C', '--no-sync'];
  await executeAs(identity, findProgram('initdb') ?? 'initdb', ['-D', data, ...login, ...rest], folder);
  await rm(passwordFile);
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/app$/, 'postgres'), connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'app'");
    if (rowCount === 0) await client.query('CREATE DATABASE app');
  } finally {
    await client.end();
  }
}
