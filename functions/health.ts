/** AWS Lambda: the health endpoint behind API Gateway, a function URL, a load balancer or VPC Lattice. */
import { appOptionsIn, standardLog, telemetryIn, vaultIn } from '../lib/compose.ts';
import { createApp } from '../lib/http/app.ts';
import { createHandler } from '../lib/http/lambda.ts';

const log = standardLog();
const vault = await vaultIn(process.env, log);
const telemetry = await telemetryIn(process.env, log);
const app = createApp({ vault, log, onRun: telemetry?.record, ...(await appOptionsIn(process.env)) });

export const handler = createHandler(app, log, telemetry?.flush);
