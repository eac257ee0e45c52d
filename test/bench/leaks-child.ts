/** Runs a namespace many times, then prints what is still open and how much memory is used. Needs `--expose-gc`. */
import { run } from '../../lib/engine/run.ts';
import { createLog } from '../../lib/log.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';
import { openHandles, settledHandles } from '../support/handles.ts';

const [document = '{}', deadline = '1000', runs = '1'] = process.argv.slice(2);
const namespace = await parseNamespace('bench', document);
const log = createLog((line) => process.stderr.write(`${line}\n`));
const verdicts: Record<string, number> = {};
const once = async () => {
  const { verdict } = await run(namespace.root, {
    namespace: 'bench',
    deadlineMs: Number(deadline),
    vault: { isRemote: false, prove: () => Promise.resolve() },
    log,
  });
  verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
};
const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

// Standard input and output count as open after their first use, so they are used before the first count.
const standard = [process.stdin, process.stdout, process.stderr];
const before = openHandles();
for (let round = 0; round < Number(runs) / 10; round += 1) await once();
const early = heapMb();
for (let round = 0; round < (Number(runs) * 9) / 10; round += 1) await once();
const surplus = await settledHandles(before);
process.stdout.write(JSON.stringify({ surplus, heapMb: [early, heapMb()], verdicts }));
for (const stream of standard) stream.destroy();
