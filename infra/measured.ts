/** What was measured on the test machine of the project, for the simulation of the recorder and for what it costs. */
import type { ServiceTimes } from './lag.ts';

interface Measured {
  /** Of the demo's namespace, recorded alone: `npm run bench -- lag`. */
  readonly times: ServiceTimes;
  /** Of a namespace with 25 checks and three outages a day: `npm run bench -- record`. */
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly storedMb: number;
  /**
   * Of Secrets Manager, for a sample of the demo's namespace: one for its document and the two secrets that it refers
   * to, and one for the secret that a check reads afresh. test/integration/secrets-manager-together.test.ts counts.
   */
  readonly secretCalls: number;
  /** In a function that has not read the namespace before, or where AWS throttles calls for several secrets. */
  readonly secretCallsSingly: number;
}

export const MEASURED: Measured = {
  times: {
    wallMs: [100, 103, 109, 110, 114, 121, 124, 126, 128, 128, 129, 132, 135, 136, 138, 140, 141, 142, 152, 180],
    cpuMs: 104,
    // As assumed: one namespace in fifty has a server that does not answer within the 2 s of its check.
    silentShare: 0.02,
    silentMs: 2000,
  },
  writeUnits: 11.3,
  readUnits: 6,
  storedMb: 2.12,
  secretCalls: 2,
  secretCallsSingly: 4,
};
