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
    wallMs: [280, 335, 382, 394, 404, 410, 426, 438, 440, 453, 469, 506, 622, 686, 742, 911, 1106, 2076, 2191, 4012],
    cpuMs: 132,
    // As assumed: one namespace in fifty has a server that does not answer within the 2 s of its check.
    silentShare: 0.02,
    silentMs: 2000,
  },
  writeUnits: 9.9,
  readUnits: 6,
  storedMb: 1.75,
};
