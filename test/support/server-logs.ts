/** What the servers of a stack complain about in their logs, each in its own words. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const CELERY = /: (?:WARNING|ERROR|CRITICAL)\/|Traceback/;
const PYTHON = /\b(?:WARNING|ERROR|CRITICAL)\b|Traceback/;
/** The level is a sign after the time: https://redis.io/docs/latest/operate/oss_and_stack/management/debugging/ */
const REDIS = /^\d+:\w \d.*? # /;
const RABBITMQ = /\[(?:warning|error|critical|alert|emergency)\]/;
const ANY_LINE = /./;

/** The lines that are complaints, by the name of the log. */
const COMPLAINTS: Readonly<Record<string, RegExp>> = {
  'redis.log': REDIS,
  'redis-tls.log': REDIS,
  'redis-cluster.log': REDIS,
  'redis-sentinel.log': REDIS,
  // PostgreSQL reports a session that ended badly at the level LOG.
  'postgres.log': / (?:WARNING|ERROR|FATAL|PANIC): {2}|could not|unexpected|terminat|reset by peer/,
  'mariadb.log': /\[(?:Warning|ERROR)\]/,
  'rabbitmq.log': RABBITMQ,
  // After the name of the node.
  'localhost.log': RABBITMQ,
  'localhost_upgrade.log': RABBITMQ,
  'epmd.log': ANY_LINE,
  'clickhouse.log': /<(?:Warning|Error|Critical|Fatal)>/,
  // These log nothing but complaints.
  'memcached.log': ANY_LINE,
  'other.log': ANY_LINE,
  'full.log': ANY_LINE,
  'assets.log': ANY_LINE,
  'websocket.log': ANY_LINE,
  'history-api.log': ANY_LINE,
  'grpc.log': ANY_LINE,
  'infinity.log': ANY_LINE,
  'mattermost.log': ANY_LINE,
  'ragflow.log': ANY_LINE,
  'ragflow-executors.log': ANY_LINE,
  'search-login.log': ANY_LINE,
  'opensearch-n1.log': /\b(?:WARN|ERROR|FATAL)\b|Exception/,
  'jina.log': PYTHON,
  // A line for each request, with the status of its answer.
  'versitygw.log': / \| [45]\d\d \| /,
  'celery.log': CELERY,
  // How many requests wait for the emulator's few threads is no complaint about them.
  'moto.log': /^(?!.*Task queue depth).*(?:\b(?:WARNING|ERROR|CRITICAL)\b|Traceback)/,
  'ministack.log': PYTHON,
  // tinyproxy
  'open.log': /^(?:WARNING|ERROR|CRITICAL)/,
  'login.log': /^(?:WARNING|ERROR|CRITICAL)|^(?!\w+ +\w{3} \d)./,
  'nsd.log': /\b(?:warning|error|fatal)\b/i,
};

/** MariaDB's own, which nobody reads. */
const BINARY = new Set(['ddl_recovery.log']);

/** How many bytes each log of the stack has, by its path. */
export type LogSizes = ReadonlyMap<string, number>;

export async function logSizes(folder: string): Promise<LogSizes> {
  return new Map([...(await logsIn(folder))].map(([file, content]) => [file, content.length]));
}

/** The complaints in the logs of the stack since then, each after the path of its log. */
export async function complaintsSince(sizes: LogSizes, folder: string): Promise<string[]> {
  return [...(await logsIn(folder))].flatMap(([file, content]) => {
    const isComplaint = COMPLAINTS[basename(file).replace(/^healthgate-\d+@/, '')];
    if (isComplaint === undefined) throw new Error(`nothing says what a complaint is in ${file}`);
    const lines = content
      .subarray(sizes.get(file) ?? 0)
      .toString()
      .split('\n');
    return lines.filter((line) => isComplaint.test(line)).map((line) => `${file}: ${line}`);
  });
}

async function logsIn(folder: string): Promise<Map<string, Buffer>> {
  const all = await readdir(folder, { recursive: true });
  const files = all.filter((file) => file.endsWith('.log') && !BINARY.has(basename(file)));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file))] as const)));
}
