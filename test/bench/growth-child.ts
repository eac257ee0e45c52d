/** Runs a namespace with many checks of one kind against one server, and prints how much time and memory that takes. */
import { run } from '../../lib/engine/run.ts';
import { createLog } from '../../lib/log.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';
import { median, time } from './figure.ts';

const RUNS = 15;

const [count = '1', leaf = '{}'] = process.argv.slice(2);
const checks = Object.fromEntries(
  Array.from({ length: Number(count) }, (_, index) => [`check ${String(index)}`, JSON.parse(leaf) as unknown]),
);
const namespace = await parseNamespace('bench', JSON.stringify({ access_tokens: ['a token of the bench'], checks }));
const log = createLog((line) => process.stderr.write(line));
const verdicts = new Set<string>();
const once = async () => {
  const { verdict } = await run(namespace.root, {
    namespace: 'bench',
    deadlineMs: 10_000,
    vault: { isRemote: false, prove: () => Promise.resolve() },
    log,
  });
  verdicts.add(verdict);
};

const times: number[] = [];
for (let round = 0; round < RUNS; round += 1) times.push(await time(once));
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ medianMs: median(times.slice(3)), peakMb, verdicts: [...verdicts] }));
