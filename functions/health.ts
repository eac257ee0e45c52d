/** AWS Lambda: the health endpoint behind API Gateway, a function URL, a load balancer or VPC Lattice. */
import { appOptionsIn, openVault, standardLog, vaultNameIn } from '../lib/compose.ts';
import { createApp } from '../lib/http/app.ts';
import { createHandler } from '../lib/http/lambda.ts';

const log = standardLog();
const vault = await openVault(vaultNameIn(process.env) ?? '', log).catch((error: unknown) => {
  throw new Error(`HEALTHGATE_VAULT: ${error instanceof Error ? error.message : 'unusable'}`, { cause: error });
});
const app = createApp({ vault, log, ...(await appOptionsIn(process.env)) });

export const handler = createHandler(app, log);
