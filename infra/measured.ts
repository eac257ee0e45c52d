/** What was measured on the test machine of the project, for the simulation of the recorder and for what it costs. */
import type { ServiceTimes } from './lag.ts';

interface Measured {
  /** Of the demo's namespace, recorded alone: `npm run bench -- lag`. */
  readonly times: ServiceTimes;
  /** Of a namespace with 25 checks: `npm run bench -- units`. */
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly storedMb: number;
}

export const MEASURED: Measured = {
  times: {
    wallMs: [100],
    cpuMs: 100,
    // As assumed: one namespace in fifty has a server that does not answer within the 2 s of its check.
    silentShare: 0.02,
    silentMs: 2000,
  },
  writeUnits: 9.9,
  readUnits: 6,
  storedMb: 1.75,
};
