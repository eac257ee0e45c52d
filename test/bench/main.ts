/** `npm run bench`: measures on this machine. Ratios can be compared with other machines, times cannot. */
import { cpus, totalmem } from 'node:os';
import { createLog } from '../../lib/log.ts';
import { openStore } from '../../lib/vault/stores/open.ts';
import { createToken } from '../../lib/document/tokens.ts';
import { Vault } from '../../lib/vault/vault.ts';
import type { Addresses } from '../stack/addresses.ts';
import { findMissing, install } from '../stack/install.ts';
import { buildProduct } from '../stack/product.ts';
import { withoutExtras } from '../stack/find-servers.ts';
import { DEMO, demoNamespace } from '../stack/namespace.ts';
import { step } from '../stack/progress.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import { startStack } from '../stack/stack.ts';
import { fillVault } from '../stack/vault.ts';
import { artifact } from './artifact.ts';
import { askers } from './askers.ts';
import { blackHoles } from './black-holes.ts';
import { coldStart } from './cold-start.ts';
import { documentsRead } from './documents.ts';
import { memory, stalls } from './endless.ts';
import { engineCost } from './engine-cost.ts';
import type { Figure } from './figure.ts';
import { formatCosts } from './formats.ts';
import { grpcChecks } from './grpc-checks.ts';
import { lag } from './lag.ts';
import { growth } from './growth.ts';
import { grpcServed } from './grpc-served.ts';
import { largeDocumentsRun } from './large-documents.ts';
import { leaks } from './leaks.ts';
import { pageViews } from './page-views.ts';
import { rawChecks } from './raw.ts';
import { recording } from './record.ts';
import { recordedRun } from './recorded-run.ts';
import { report } from './report.ts';
import { distant } from './distant.ts';

/** Milliseconds that each packet takes when the servers are far away. */
const DISTANCE_MS = 10;

const only = process.argv.slice(2);

const failures = await install(findMissing());
for (const { requirement, reason } of failures) console.error(`cannot install ${requirement.name}: ${reason}`);
if (failures.length > 0) process.exit(1);

await step('building dist/', buildProduct);
const stack = await step('starting the servers', () => startStack());
Object.assign(process.env, motoEnvironment(stack.addresses.aws));
const { addresses } = stack;
const log = createLog((line) => process.stderr.write(`${line}\n`));

/** Measures the report of the demo namespace with the servers at these addresses. */
async function reportAt(where: string, addresses: Addresses): Promise<Figure[]> {
  Object.assign(process.env, motoEnvironment(addresses.aws));
  const name = await fillVault(demoNamespace(createToken(DEMO), withoutExtras(addresses)), {
    addresses,
    folder: stack.folder,
  });
  const vault = new Vault(await openStore(name), log);
  const namespace = await vault.namespace(DEMO);
  if (namespace === undefined)
    throw new Error('the vault does not have the demo namespace, or its document has mistakes');
  return report(where, vault, namespace, rawChecks(addresses, addresses.aws.secretsPrefix + DEMO));
}

async function reportFromAfar(): Promise<Figure[]> {
  const far = await distant(addresses, DISTANCE_MS);
  try {
    return await reportAt(`${String(2 * DISTANCE_MS)} ms away`, far.addresses);
  } finally {
    far.stop();
    Object.assign(process.env, motoEnvironment(addresses.aws));
  }
}

/**
 * In this order, because the later ones leave thousands of events, keys and objects in the servers, which slows down
 * what runs after them.
 */
const benchmarks: Readonly<Record<string, () => Promise<Figure[]>>> = {
  engine: engineCost,
  documents: documentsRead,
  formats: formatCosts,
  report: () => reportAt('on this machine', addresses),
  'cold-start': () => coldStart({ addresses, folder: stack.folder }),
  'report-from-afar': reportFromAfar,
  record: () => recording(addresses),
  recording: () => recordedRun(addresses, log),
  'page-views': () => pageViews(addresses, log),
  growth: () => growth(addresses),
  askers,
  grpc: async () => [...(await grpcChecks(addresses)), ...(await grpcServed())],
  'black-holes': () => blackHoles(addresses),
  leaks: () => leaks(addresses),
  memory: () => memory(addresses),
  stalls: async () => [...(await largeDocumentsRun()), ...(await stalls(addresses))],
  artifact,
  lag: () => lag({ addresses, folder: stack.folder }),
};
const [cpu] = cpus();
const processors = `${cpus().length} × ${cpu?.model ?? 'unknown'}`;
console.log(`Node.js ${process.version}, ${processors}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB\n`);

let missed = 0;
try {
  for (const [name, measure] of Object.entries(benchmarks)) {
    if (only.length > 0 && !only.includes(name)) continue;
    for (const figure of await measure()) {
      if (!figure.ok) missed += 1;
      console.log(`${figure.ok ? 'ok    ' : 'MISSED'} ${figure.name}`);
      console.log(`       limit: ${figure.asked}; measured: ${figure.measured}`);
    }
  }
} finally {
  await stack.stop();
}
console.log(`\n${missed === 0 ? 'All limits are met.' : `Limits that are not met: ${String(missed)}.`}`);
process.exitCode = missed === 0 ? 0 : 1;
