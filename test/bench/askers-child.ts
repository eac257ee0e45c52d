/**
 * Many clients ask for one URL concurrently for some seconds. Prints the number of answers by status, and how fast they
 * came.
 */
import { Agent, get } from 'node:http';
import { quantile } from './figure.ts';

const [url = '', askers = '1', seconds = '1'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(askers) });
const until = performance.now() + Number(seconds) * 1000;
const statuses: Record<string, number> = {};
const times: number[] = [];

const ask = async (): Promise<void> => {
  while (performance.now() < until) {
    const start = performance.now();
    const status = await new Promise<string>((resolve) => {
      get(url, { agent }, (response) => {
        response.resume();
        response.on('end', () => {
          resolve(String(response.statusCode));
        });
      }).on('error', (error) => {
        resolve(error.message);
      });
    });
    times.push(performance.now() - start);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
};

await Promise.all(Array.from({ length: Number(askers) }, ask));
agent.destroy();
process.stdout.write(JSON.stringify({ statuses, medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }));
