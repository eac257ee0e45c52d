/**
 * Records samples of many namespaces, as many at a time as a recorder would, and prints what that took. Its arguments
 * are the history, the namespaces, the checks of each, and how many are recorded at a time.
 */
import { openHistory } from '../../lib/history/open.ts';
import { record } from '../../lib/history/recording.ts';
import { concurrently } from '../../lib/vault/concurrently.ts';
import { time } from './figure.ts';
import { RULES, usualSample } from './record-samples.ts';

const MINUTES = 5;
const WITHIN_MS = 200_000;

const [history = '', namespaces = '', checks = '', atATime = ''] = process.argv.slice(2);
const store = await openHistory(history);
const names = Array.from({ length: Number(namespaces) }, (_, index) => `customer-${String(index)}`);

const recordMinute = (minute: number) =>
  concurrently(names, Number(atATime), AbortSignal.timeout(WITHIN_MS), async (name) => {
    const sample = usualSample(name, minute, Number(checks), minute > 1);
    if ((await record(store, sample, RULES)) === undefined) throw new Error(`${name} is known already`);
  });

const times: number[] = [];
const before = process.cpuUsage();
for (let minute = 0; minute < MINUTES; minute += 1) times.push(await time(() => recordMinute(minute)));
const { user, system } = process.cpuUsage(before);
const peakMb = process.resourceUsage().maxRSS / 1024;
await store.close();
process.stdout.write(JSON.stringify({ times, cpuMs: (user + system) / 1000 / MINUTES, peakMb }));
