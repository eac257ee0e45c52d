/** ministack, an emulator of AWS that runs what is deployed on it: unlike moto, it has HTTP APIs and Lambda. */
import { dirname, join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { freePort, startProcess } from '../process.ts';
import { PYTHON } from '../python.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The emulator that stacks are deployed on. */
    readonly ministack: {
      readonly endpoint: string;
      readonly port: number;
      readonly region: string;
    };
  }
}

const REGION = 'eu-central-1';

export default defineServer({
  name: 'ministack',
  python: true,
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const endpoint = `http://127.0.0.1:${port}`;
    const running = await startProcess({
      name: 'ministack',
      command: join(dirname(PYTHON), 'ministack'),
      args: [],
      folder,
      env: {
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        // Without these, it would need Docker to run functions, and would open a port for each device of AWS IoT.
        LAMBDA_EXECUTOR: 'local',
        IOT_MTLS_ENABLED: '0',
        // It then answers for an API under the same host name as AWS does.
        MINISTACK_HOST: `${REGION}.amazonaws.com`,
        // Its functions run in their own environment, not in that of the tests.
        AWS_ENDPOINT_URL: endpoint,
      },
      ready: () => fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2000) }),
    });
    return { ...running, endpoint, port, region: REGION };
  },
});
