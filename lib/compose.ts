/** Builds what functions and commands hand on. The one place that reads the environment variables of a deployment. */
import type { Batch, HistoryStore } from './history/store.ts';
import type { HistoryReader } from './history/view.ts';
import type { AppOptions } from './http/app.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import type { Queue } from './record/queue.ts';
import type { Count } from './telemetry/counters.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { openStore } from './vault/stores/open.ts';
import { Vault } from './vault/vault.ts';

/** A log on standard error, which Lambda sends to CloudWatch. */
export function standardLog(): Log {
  return createLog((line) => process.stderr.write(`${line}\n`));
}

/**
 * Opens the vault with this name.
 *
 * @throws ConfigurationError if the name has no known form.
 */
export async function openVault(name: string, log: Log): Promise<Vault> {
  return new Vault(await openStore(name), log);
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The vault that the environment names. */
export function vaultNameIn(env: Environment): string | undefined {
  return env.HEALTHGATE_VAULT;
}

/**
 * Opens the vault that the environment names.
 *
 * @throws Error that names the variable.
 */
export async function vaultIn(env: Environment, log: Log): Promise<Vault> {
  return named('HEALTHGATE_VAULT', openVault(vaultNameIn(env) ?? '', log));
}

/**
 * Opens the history that the environment names.
 *
 * @throws Error that names the variable.
 */
export async function historyIn(env: Environment): Promise<HistoryStore> {
  const { openHistory } = await import('./history/open.ts');
  return named('HEALTHGATE_HISTORY', openHistory(env.HEALTHGATE_HISTORY ?? ''));
}

/**
 * Opens the queue whose URL is in this variable.
 *
 * @throws Error that names the variable.
 */
export async function queueIn(env: Environment, variable: string): Promise<Queue> {
  const url = env[variable];
  if (!url) throw new Error(`${variable}: expected the URL of a queue`);
  const { openQueue } = await import('./record/queue.ts');
  return openQueue(url);
}

/** What counts for the alarms of the function that this is. Its code is loaded when there is something to count. */
export function countersIn(env: Environment): Count {
  const open = async () => (await import('./telemetry/counters.ts')).openCounters(env.AWS_LAMBDA_FUNCTION_NAME ?? '');
  let opened: ReturnType<typeof open> | undefined;
  return async (what) => {
    (await (opened ??= open()))(what);
  };
}

async function named<T>(variable: string, opening: Promise<T>): Promise<T> {
  return opening.catch((error: unknown) => {
    throw new Error(`${variable}: ${error instanceof Error ? error.message : 'unusable'}`, { cause: error });
  });
}

/** The namespace that everybody may see. */
export function publicNamespaceIn(env: Environment): string | undefined {
  return env.HEALTHGATE_PUBLIC_NAMESPACE;
}

/**
 * What the environment sets about the endpoint.
 *
 * @throws ConfigurationError that names the variable.
 */
export async function appOptionsIn(env: Environment): Promise<AppOptions> {
  const basePath = env.HEALTHGATE_BASE_PATH;
  const corsOrigins = env.HEALTHGATE_CORS_ORIGINS;
  const publicNamespace = publicNamespaceIn(env);
  const history = historyNameIn(env);
  const past = history === undefined ? {} : { history: historyAt(history) };
  if (!basePath && !corsOrigins && !publicNamespace) return past;
  return {
    ...(await import('./http/options.ts')).parseOptions({ basePath, corsOrigins, publicNamespace }),
    ...past,
  };
}

/** The history that the environment names. */
export function historyNameIn(env: Environment): string | undefined {
  return env.HEALTHGATE_HISTORY || undefined;
}

/** Reads the history of that name, which is opened only when it is read for the first time. */
export function historyAt(name: string): HistoryReader {
  let opened: ReturnType<HistoryReader> | undefined;
  return () => {
    opened ??= import('./history/open.ts').then(({ openHistory }) => openHistory(name, { readOnly: true }));
    // The next one tries again.
    opened.catch(() => (opened = undefined));
    return opened;
  };
}

/** Sends the changes of a batch to EventBridge. Its code is loaded with the first one. */
type SendChanges = (batch: Batch, signal: AbortSignal) => Promise<void>;

/** Where the environment names a bus of EventBridge that is told of changes, what tells it. */
export function eventsIn(env: Environment): SendChanges | undefined {
  const bus = env.HEALTHGATE_EVENTS;
  if (!bus) return undefined;
  return async (batch, signal) => (await import('./notify/events.ts')).sendChanges(batch, { bus, signal });
}

/**
 * Where the environment asks for telemetry, what takes it. It is loaded only then.
 *
 * @throws ConfigurationError that names the variable.
 */
export async function telemetryIn(env: Environment, log: Log): Promise<Telemetry | undefined> {
  const { HEALTHGATE_METRICS, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = env;
  if (!HEALTHGATE_METRICS && !OTEL_EXPORTER_OTLP_ENDPOINT && !OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return undefined;
  return (await import('./telemetry/open.ts')).openTelemetry(env, log);
}
