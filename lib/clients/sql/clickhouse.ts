/** One query of ClickHouse, over its HTTP interface. */
import type { Agent } from 'node:http';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import type { BeginStage } from '../../engine/stages.ts';
import { httpAgent, httpsAgent } from '../connecting.ts';
import type { Problem } from '../../problem.ts';
import { drivers } from '../drivers/index.ts';
import { clickhouseDialect, SETTING } from '../dialects/clickhouse.ts';
import { hostText } from '../dialects/draft.ts';
import type { Server } from '../dialects/draft.ts';
import { problemIn, serverOf, serverUrl } from '../dialects/server.ts';
import { httpError } from '../http/errors.ts';
import { networkError } from '../network-errors.ts';
import { certificateMistake } from '../server-keys.ts';
import type { ServerConfig } from '../server-keys.ts';
import { tlsModeOf, tlsOptions } from '../tls.ts';
import { serverError } from './clickhouse-errors.ts';

/** What a configuration says about its server. */
const serverFor = serverOf(clickhouseDialect);

/** What is wrong with the keys that say which server it is, taken together. */
export function clickhouseMistake(config: ServerConfig): Problem | undefined {
  const problem = problemIn(() => {
    serverFor(config);
  });
  return problem ?? certificateMistake(config, isTls(serverFor(config)));
}

/** Names the server for messages: `clickhouse db.example:8123`. */
export function clickhouseTarget(config: ServerConfig): string {
  return `clickhouse ${serverFor(config).hosts.map(hostText).join(',')}`;
}

/**
 * Runs a query on a new connection, which is then closed.
 *
 * @returns The rows, each as the list of its columns.
 * @throws CheckError
 */
export async function select(
  config: ClickhouseConfig,
  stage: BeginStage,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const target = clickhouseTarget(config);
  try {
    return await ask(config, target, stage, signal);
  } catch (error) {
    throw httpError(error, target) ?? networkError(error, target) ?? error;
  }
}

/** The query, and the server that answers it. */
export interface ClickhouseConfig extends ServerConfig {
  readonly query: string;
}

async function ask(
  config: ClickhouseConfig,
  target: string,
  stage: BeginStage,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { createClient, ClickHouseLogLevel } = await drivers.clickhouse();
  signal.throwIfAborted();
  const server = serverFor(config);
  const { user, password = '', options } = server;
  const { database } = server;
  const client = createClient({
    url: originOf(server),
    ...(options.pathname !== undefined && { pathname: options.pathname }),
    ...(user !== undefined && { username: user }),
    password,
    ...(database !== undefined && { database }),
    ...(options.role !== undefined && { role: options.role }),
    http_agent: agentFor(config, server, stage),
    max_open_connections: 1,
    request_timeout: 60_000, // the signal ends it sooner
    keep_alive: { enabled: false },
    log: { level: ClickHouseLogLevel.OFF },
  });
  try {
    // `query` would hide the status and the code of an error. Very old servers put the code only into the text.
    const answer = await client.exec({
      query: config.query,
      clickhouse_settings: { ...settingsIn(server), default_format: 'JSONCompact' },
      ignore_error_response: true,
      abort_signal: signal,
    });
    stage('result', 'while reading the result');
    const headers = answer.response_headers;
    // A body of unknown length may never end. ClickHouse never sends one.
    const hasEnd = 'content-length' in headers || 'transfer-encoding' in headers;
    const body = hasEnd ? await read(answer.stream, signal) : '';
    const code = headers['x-clickhouse-exception-code'] ?? /\bCode: (\d+)/.exec(body)?.[1];
    const rows = answer.http_status_code === 200 ? rowsOf(body) : undefined;
    if (rows === undefined) {
      const said = { code: Number(code), body, secrets: [password] };
      throw serverError(answer.http_status_code, said, target);
    }
    return rows;
  } finally {
    await client.close();
  }
}

function isTls({ tls = 'off' }: Server): boolean {
  return tls !== 'off';
}

function originOf(server: Server): string {
  return `${isTls(server) ? 'https' : 'http'}://${server.hosts.map(hostText).join(',')}`;
}

function agentFor(config: ClickhouseConfig, server: Server, stage: BeginStage): Agent {
  const agent = { keepAlive: false, stage };
  if (!isTls(server)) return httpAgent(agent);
  return httpsAgent({
    ...agent,
    ...tlsOptions(tlsModeOf(server, config), server, config, server.hosts[0]?.host ?? ''),
  });
}

function settingsIn({ options }: Server): Record<string, string> {
  const settings = Object.entries(options).filter(([name]) => name.startsWith(SETTING));
  return Object.fromEntries(settings.map(([name, value]) => [name.slice(SETTING.length), value]));
}

async function read(stream: Readable, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A late error is written at the end of a result that began with status 200, which is then not valid JSON. */
function rowsOf(body: string): readonly unknown[] | undefined {
  try {
    const result: unknown = JSON.parse(body);
    const isResult = typeof result === 'object' && result !== null && 'meta' in result && 'data' in result;
    return isResult && Array.isArray(result.data) ? (result.data as unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

/** A string that is a usable URL of ClickHouse's HTTP interface. */
export function clickhouseUrl() {
  return serverUrl(clickhouseDialect);
}
