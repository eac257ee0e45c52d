/** A Jina Flow: a gateway that speaks all three protocols, and one Executor. */
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { jina as build } from '../builds/jina.ts';
import { defineServer } from '../define-server.ts';
import { freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';

export interface JinaPorts {
  readonly grpc: number;
  readonly http: number;
  readonly websocket: number;
  /** That of the Executor, which speaks gRPC. */
  readonly executor: number;
}

declare module '../addresses.ts' {
  interface Addresses {
    /** The ports of its gateway, by protocol, and that of its Executor. */
    readonly jina: JinaPorts;
  }
}

export interface JinaFlow extends Running, JinaPorts {
  /** The process of the Executor. */
  readonly executorPid: number;
}

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

export default defineServer({
  name: 'jina',
  builds: [build],
  async start({ folder, before }) {
    const flow = await startJina({ folder, ...(before !== undefined && { ports: before }) });
    return flow;
  },
});
