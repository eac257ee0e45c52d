/** AWS Lambda: the health endpoint behind API Gateway, a function URL, a load balancer or VPC Lattice. */
import { appOptionsIn, openVault, standardLog, telemetryIn, vaultNameIn } from '../lib/compose.ts';
import { createApp } from '../lib/http/app.ts';
import { createHandler } from '../lib/http/lambda.ts';

const log = standardLog();
const vault = await openVault(vaultNameIn(process.env) ?? '', log).catch((error: unknown) => {
  throw new Error(`HEALTHGATE_VAULT: ${error instanceof Error ? error.message : 'unusable'}`, { cause: error });
});
const telemetry = await telemetryIn(process.env, log);
const app = createApp({ vault, log, onRun: telemetry?.record, ...(await appOptionsIn(process.env)) });

export const handler = createHandler(app, log, telemetry?.flush);
