/** `healthgate serve` that speaks gRPC, and the clients that people ask it with. */
import { join } from 'node:path';
import { createToken } from '../../lib/document/tokens.ts';
import { goTools } from '../stack/builds/go-tools.ts';
import { jina } from '../stack/builds/jina.ts';
import { runProgram, serveCli } from './cli.ts';
import type { Finished, Served } from './cli.ts';
import { temporaryFolder } from './temporary.ts';

export interface GrpcServed extends Served {
  /** `127.0.0.1:1234`. */
  readonly address: string;
  readonly token: string;
  readonly summaryToken: string;
  /** The folder of the document, `shop.json`. */
  readonly folder: string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

interface GrpcOptions {
  /** Keys of the document beside its tokens and checks. */
  readonly keys?: object;
  readonly args?: readonly string[];
  /** Whether callers without a token see the summary. */
  readonly isPublic?: boolean;
}

/** Serves the namespace `shop` with these checks. */
export async function serveGrpc(checks: object, options: GrpcOptions = {}): Promise<GrpcServed> {
  const { keys = {}, args = [], isPublic = true } = options;
  const [token, summaryToken] = [createToken('shop'), createToken('shop')];
  const document = { access_tokens: [token], summary_tokens: [summaryToken], max_age: 1, ...keys, checks };
  const folder = await temporaryFolder({ 'shop.json': JSON.stringify(document) });
  const env = isPublic ? { HEALTHGATE_PUBLIC_NAMESPACE: 'shop' } : {};
  const served = await serveCli(['--vault', `file:${folder.path}`, '--grpc-port', '0', ...args], { env });
  const address = await addressIn(served.output);
  return {
    ...served,
    ...{ address, token, summaryToken, folder: folder.path },
    async stop(signal) {
      const code = await served.stop(signal);
      await folder.remove();
      return code;
    },
  };
}

/** It is told right after the address of HTTP. */
async function addressIn(output: Served['output']): Promise<string> {
  for (;;) {
    const found = /^Speaking gRPC on (?<address>\S+)/m.exec(output.out)?.groups?.address;
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const CHECK = 'grpc.health.v1.Health/Check';
export const WATCH = 'grpc.health.v1.Health/Watch';
export const LIST = 'grpc.health.v1.Health/List';
export const DRY_RUN = 'jina.JinaGatewayDryRunRPC/dry_run';

export const GRPCURL = join(goTools.folder, 'grpcurl');

/** Runs grpcurl. It knows no protocol but what reflection tells. */
export function grpcurl(...args: readonly string[]): Promise<Finished> {
  return runProgram(GRPCURL, ['-plaintext', ...args]);
}

export const bearer = (token: string) => ['-H', `authorization: Bearer ${token}`];

/** Runs the probe that Kubernetes used before it could ask by itself. */
export function healthProbe(...args: readonly string[]): Promise<Finished> {
  return runProgram(join(goTools.folder, 'grpc-health-probe'), args);
}

/** Runs Python with Jina and gRPC's own health client. */
export function python(...args: readonly string[]): Promise<Finished> {
  return runProgram(join(jina.folder, 'bin/python'), args);
}
