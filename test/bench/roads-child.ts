/** Puts a slow road in front of each port, prints the ports where the roads begin, and runs until it is ended. */
import { slowRoad } from '../support/faulty-server.ts';

const [delayMs = '0', ...ports] = process.argv.slice(2);
const roads = await Promise.all(ports.map((port) => slowRoad(Number(port), Number(delayMs))));
process.stdout.write(`${JSON.stringify(Object.fromEntries(ports.map((port, index) => [port, roads[index]?.port])))}\n`);
