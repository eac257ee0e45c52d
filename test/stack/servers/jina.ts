/** A Jina Flow: a gateway that speaks all three protocols, and one Executor. */
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jina as build } from '../builds/jina.ts';
import { defineServer } from '../define-server.ts';
import { acceptsTcp, freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';

/** What it has again after a restart. */
export interface JinaPorts {
  readonly grpc: number;
  readonly http: number;
  readonly websocket: number;
  /** That of the Executor, which speaks gRPC. */
  readonly executor: number;
}

/** The ports of its gateway, by protocol, and its Executor. */
export interface JinaAddresses extends JinaPorts {
  /** The process of the Executor. */
  readonly executorPid: number;
}

declare module '../addresses.ts' {
  interface Addresses {
    readonly jina: JinaAddresses;
  }
}

export interface JinaFlow extends Running, JinaAddresses {}

const PROGRAM = join(import.meta.dirname, 'programs/jina_flow.py');

export interface JinaOptions {
  readonly folder: string;
  readonly ports?: JinaPorts;
  /** Seconds that the Executor takes to load. */
  readonly loadSeconds?: number;
  /** Resolves when it counts as started: when the whole Flow is ready, unless given. */
  readonly ready?: (ports: JinaPorts) => Promise<unknown>;
}

export async function startJina({ folder, ports, loadSeconds = 0, ready }: JinaOptions): Promise<JinaFlow> {
  const [grpc, http, websocket, executor] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const used = ports ?? { grpc, http, websocket, executor };
  const readyFile = join(folder, 'ready');
  const executorFile = join(folder, 'executor.pid');
  await rm(readyFile, { force: true });
  const running = await startProcess({
    name: 'jina',
    command: join(build.folder, 'bin/python'),
    args: [PROGRAM],
    folder,
    env: {
      JINA_FLOW_SETTINGS: JSON.stringify({ ...used, loadSeconds, readyFile, executorFile }),
      JINA_HIDE_SURVEY: '1',
      JINA_OPTOUT_TELEMETRY: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    hasChildren: true,
    ready: () => (ready === undefined ? access(readyFile) : ready(used)),
  });
  const pid = await readFile(executorFile, 'utf8').catch(() => ''); // it may still be loading
  return { ...running, ...used, executorPid: Number(pid) };
}

/** Resolves when it is gone, and the gateway can know. */
export async function killExecutor({ executor, executorPid }: JinaAddresses): Promise<void> {
  process.kill(executorPid, 'SIGKILL');
  const answers = () =>
    acceptsTcp(executor)
      .then(() => true)
      .catch(() => false);
  while (await answers()) await pause(50);
}

export default defineServer({
  name: 'jina',
  demo: { title: 'a Flow of Jina; --break kills its Executor', with: 'jina', harm: killExecutor },
  builds: [build],
  start: ({ folder, before }) => startJina({ folder, ...(before !== undefined && { ports: before }) }),
});
