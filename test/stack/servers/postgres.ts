/** A PostgreSQL of its own that lets its one user in by password alone. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Addresses } from '../addresses.ts';
import { freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';
import { findProgram } from '../programs.ts';
import { executeAs, unprivileged } from './unprivileged.ts';
import type { Identity } from './unprivileged.ts';

export interface PostgresOptions {
  /** Holds its data: started there again, it is the same server. Root must let others pass through the folders above it. */
  readonly folder: string;
  /** A free one unless given. */
  readonly port?: number;
}

const USER = 'app';
const PASSWORD = 'postgres-Pa55:w@rd';

export async function startPostgres(options: PostgresOptions): Promise<Running & Addresses['postgres']> {
  const { folder, port = await freePort() } = options;
  const url = `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/app`;
  await mkdir(folder, { recursive: true });
  const identity = await unprivileged(folder, ['postgres']);
  const data = join(folder, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) await initialize(folder, data, identity);
  const running = await startProcess({
    name: 'postgres',
    command: findProgram('postgres') ?? 'postgres',
    // No Unix socket: its path may be too long. `-F`: nothing here is worth waiting for the disk.
    args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F', '-c', 'shared_buffers=16MB'],
    folder,
    ...identity,
    stopSignal: 'SIGINT', // does not wait for its clients
    ready: () => makeDatabase(url),
  });
  return { ...running, url, port };
}

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
