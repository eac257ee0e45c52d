/** A ClickHouse of its own, whose one user has a password. The configuration suits old and new servers. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Addresses } from '../addresses.ts';
import { freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';
import { findProgram } from '../programs.ts';

export interface ClickhouseOptions {
  /** Holds its data: started there again, it is the same server. */
  readonly folder: string;
  /** Of HTTP; a free one unless given. */
  readonly port?: number;
}

const USER = 'app';
const PASSWORD = 'clickhouse-Pa55:w@rd';

export async function startClickhouse(options: ClickhouseOptions): Promise<Running & Addresses['clickhouse']> {
  const { folder, port = await freePort() } = options;
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, 'config.xml');
  await writeFile(configFile, config(folder, port, await freePort()));
  await writeFile(join(folder, 'users.xml'), users());
  const running = await startProcess({
    name: 'clickhouse',
    command: findProgram('clickhouse-server') ?? 'clickhouse-server',
    args: [`--config-file=${configFile}`],
    folder,
    ready: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/ping`, {
        headers: { connection: 'close' },
        signal: AbortSignal.timeout(2000),
      });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    },
  });
  return { ...running, url: `http://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/`, port };
}

/** `yandex` is what old servers call it, and new ones take it too. */
function config(folder: string, port: number, tcpPort: number): string {
  return `<yandex>
  <logger><level>warning</level><console>1</console></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${port}</http_port>
  <tcp_port>${tcpPort}</tcp_port>
  <path>${folder}/data/</path>
  <tmp_path>${folder}/tmp/</tmp_path>
  <user_files_path>${folder}/user_files/</user_files_path>
  <format_schema_path>${folder}/format_schemas/</format_schema_path>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <mark_cache_size>16777216</mark_cache_size>
</yandex>
`;
}

function users(): string {
  return `<yandex>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>
    <${USER}>
      <password_sha256_hex>${createHash('sha256').update(PASSWORD).digest('hex')}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </${USER}>
  </users>
</yandex>
`;
}
