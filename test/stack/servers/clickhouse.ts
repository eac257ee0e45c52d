/**
 * A ClickHouse whose only user has a password. Its configuration suits old and new versions. It keeps its data in its
 * folder.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { freePort, startProcess } from '../process.ts';
import { findProgram } from '../programs.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The HTTP interface; the URL has user and password. */
    readonly clickhouse: { readonly url: string; readonly port: number };
  }
}

const USER = 'app';
const PASSWORD = 'clickhouse-Pa55:w@rd';

export default defineServer({
  name: 'clickhouse',
  demo: { title: 'ClickHouse' },
  debian: { 'clickhouse-server': ['clickhouse-server'] },
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
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
  },
});

/** Old versions call the root element `yandex`, and new versions still accept that name. */
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
