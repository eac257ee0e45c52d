/** The stack as seen from farther away: each server is behind a proxy that delays every packet. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Addresses } from '../stack/addresses.ts';

export interface Distant {
  readonly addresses: Addresses;
  stop(): void;
}

/** @param delayMs Milliseconds in each direction. */
export async function distant(addresses: Addresses, delayMs: number): Promise<Distant> {
  const text = JSON.stringify(addresses);
  const ports = [...new Set([...text.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => String(port)))];
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), `${import.meta.dirname}/distant-child.ts`, String(delayMs), ...ports],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const proxies = await new Promise<Record<string, number>>((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => {
      resolve(JSON.parse(line) as Record<string, number>);
    });
    child.once('exit', reject);
  });
  const moved = text.replaceAll(
    /(127\.0\.0\.1:|"port":)(\d+)/g,
    (_all, before: string, port: string) => before + String(proxies[port] ?? port),
  );
  return {
    addresses: JSON.parse(moved) as Addresses,
    stop: () => child.kill(),
  };
}
