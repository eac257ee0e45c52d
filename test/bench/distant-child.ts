/** Starts a slow proxy to each port, prints the ports of the proxies, and runs until it is ended. */
import { slowProxy } from '../support/faulty-server.ts';

const [delayMs = '0', ...ports] = process.argv.slice(2);
const proxies = await Promise.all(ports.map((port) => slowProxy(Number(port), Number(delayMs))));
const portsOfProxies = Object.fromEntries(ports.map((port, index) => [port, proxies[index]?.port]));
process.stdout.write(`${JSON.stringify(portsOfProxies)}\n`);
