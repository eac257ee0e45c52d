import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appOptionsIn, standardLog, telemetryIn } from '../compose.ts';
import { Reporter } from '../reporter.ts';
import { createApp } from '../http/app.ts';
import { close, createHttpServer, listen, MAX_REQUESTS } from '../http/server.ts';
import { codeOf } from '../errors.ts';
import { openStore } from '../vault/stores/open.ts';
import { EXIT, numberOf, stringOf, UsageError } from './command.ts';
import type { Command, Terminal } from './command.ts';
import { createExample, EXAMPLE_FILE, openExample } from './example.ts';
import { grpcAsked, grpcOptions } from './grpc-options.ts';
import { recordAsked, recordOptions } from './record-options.ts';
import { showOverview } from './overview.ts';
import { systemWords } from './system-words.ts';
import { DEFAULT_FOLDER, isDefaultVault, vaultName, vaultOf, vaultOption } from './vault-option.ts';

const PORT = { preset: 3000, min: 0, max: 65535, integer: true };

export const serve: Command = {
  arguments: [],
  options: {
    ...vaultOption,
    host: { type: 'string', value: 'HOST', help: 'address to listen on (127.0.0.1)' },
    port: { type: 'string', value: 'PORT', help: 'port to listen on; 0 takes any free port', number: PORT },
    ...recordOptions,
    ...grpcOptions,
  },
  notes: `If no vault is named and the folder ${DEFAULT_FOLDER} does not exist, the folder is created, with an example
namespace that checks the service itself. When the service starts at another address, the example follows. Ctrl-C
stops the service.

Without --record, --history names what another process records, and answers show it.

In the environment, HEALTHGATE_BASE_PATH=/ops is cut off the paths that begin with it, and HEALTHGATE_CORS_ORIGINS
names the origins whose web pages may read answers: * or https://status.example, separated by commas.
HEALTHGATE_PUBLIC_NAMESPACE=prod shows names and verdicts of that namespace to everybody, at /status/ and at the
health endpoints of RAGFlow, Mattermost and Jina.
HEALTHGATE_EVENTS=default names a bus of EventBridge that gets every change that --record finds.
HEALTHGATE_METRICS=namespace or checks writes metrics of each run for CloudWatch to standard output, and
OTEL_EXPORTER_OTLP_ENDPOINT names a collector of OpenTelemetry that gets a trace of each.

Over gRPC, every path of a group or a check is a service of grpc.health.v1.Health, and reflection describes the rest.
The token is in the metadata, as authorization: Bearer TOKEN. Without --grpc-cert and --grpc-key,
it is sent in the clear.`,
  example: 'healthgate serve --vault file:vault --port 8080',

  async run(input, terminal) {
    if (input.positionals.length > 0)
      throw new UsageError(`unexpected argument ${JSON.stringify(input.positionals[0])}`);
    const host = stringOf(input, 'host') ?? '127.0.0.1';
    const port = numberOf(input, 'port', PORT);
    const log = standardLog();
    const vault = await vaultOf(input, terminal, log);
    const isFirst = isDefaultVault(input, terminal) && !existsSync(DEFAULT_FOLDER);
    if (!isFirst) await refuseUnreadable(vaultName(input, terminal), terminal.signal);

    const grpcWanted = await grpcAsked(input);
    const options = await appOptionsIn(terminal.env);
    const recorded = await recordAsked(input, terminal);
    const telemetry = await telemetryIn(terminal.env, log);
    const reporter = new Reporter(vault, log, (...run) => {
      telemetry?.record(...run);
      grpc?.known(...run);
      recording?.known(...run);
    });
    const recording = recorded?.open?.(vault, reporter, log);
    const services = { vault, log, reporter, ...options, ...(recorded && { history: recorded.history }) };
    const grpc = grpcWanted && (await import('../grpc/server.ts')).createGrpcServer(services, grpcWanted.certificate);
    const server = createHttpServer(createApp({ ...services, maxRequests: MAX_REQUESTS }));
    const stop = new Promise((resolve) => {
      terminal.signal.addEventListener('abort', resolve, { once: true });
    });
    try {
      const url = await listen(server, host, port).catch(cannotListen(host, port, 'port'));
      const grpcPort = grpcWanted?.port ?? 0;
      const grpcAddress = await grpc?.listen(host, grpcPort).catch(cannotListen(host, grpcPort, 'grpc-port'));
      if (isDefaultVault(input, terminal)) {
        const token = await exampleOf(url, terminal);
        if (token !== undefined) terminal.out(`Try the example: curl ${url}/api/health/${token}/\n`);
      }
      terminal.out(`Serving ${vaultName(input, terminal)} on ${url}/api/health/<access_token>/ (Ctrl-C stops it)\n`);
      if (grpcAddress !== undefined)
        terminal.out(`Speaking gRPC on ${grpcAddress}${grpcWanted?.certificate === undefined ? '' : ' over TLS'}\n`);
      await showOverview(vaultName(input, terminal), terminal);
      recording?.start();
      if (!terminal.signal.aborted) await stop;
    } finally {
      await Promise.all([close(server), grpc?.close(), recording?.stop()]);
      await telemetry?.flush();
    }
    return EXIT.ok;
  },
};

/** The token of the example, which is made or follows the service; undefined if there is no example. */
async function exampleOf(url: string, terminal: Terminal): Promise<string | undefined> {
  const file = join(DEFAULT_FOLDER, EXAMPLE_FILE);
  if (!existsSync(DEFAULT_FOLDER)) {
    const token = await createExample(DEFAULT_FOLDER, url);
    terminal.out(`Created an example namespace: ${file}\n`);
    return token;
  }
  const example = await openExample(DEFAULT_FOLDER, url);
  if (example?.isChanged === true) terminal.out(`Changed ${file}: its checks ask ${url} now\n`);
  return example?.token;
}

/** A folder that is missing now is a mistake. A vault on the network may only be out of reach for a while. */
async function refuseUnreadable(vault: string, signal: AbortSignal): Promise<void> {
  const store = await openStore(vault);
  if (!store.isRemote) await store.list(signal);
}

/** Says what is wrong with an address. @param option What chooses another port. */
function cannotListen(host: string, port: number, option: string): (error: unknown) => never {
  return (error) => {
    const hint = codeOf(error) === 'EADDRINUSE' ? `; choose another with --${option}` : '';
    throw new UsageError(`cannot listen on ${host}:${String(port)}: ${systemWords(error)}${hint}`);
  };
}
