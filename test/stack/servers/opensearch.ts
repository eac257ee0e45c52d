/** A node of OpenSearch. Before it, a stand-in for the security that Elasticsearch has built in asks for a login. */
import { randomBytes } from 'node:crypto';
import { opensearch } from '../builds/opensearch.ts';
import { defineServer } from '../define-server.ts';
import { freePort } from '../process.ts';
import { startNodeProgram } from './shared/node-program.ts';
import { createIndex, NOWHERE, startOpenSearch } from './shared/opensearch.ts';
import { together } from './shared/redis.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The index `orders` is green, `copies` is yellow, `lost` is red; so the cluster is red. */
    readonly opensearch: {
      readonly url: string;
      readonly port: number;
      /** Asks for the user and password, or for the API key. */
      readonly securedPort: number;
      readonly user: string;
      readonly password: string;
      /** As `id:api_key`. */
      readonly apiKey: string;
    };
  }
}

export default defineServer({
  name: 'opensearch',
  builds: [opensearch],
  async start({ folder, before }) {
    const port = before?.port ?? (await freePort());
    const node = { name: 'n1', folder, port, transportPort: await freePort() };
    const running = await startOpenSearch(node);
    if (before === undefined) {
      await createIndex(port, 'orders', { number_of_replicas: 0 });
      await createIndex(port, 'copies', { number_of_replicas: 1 });
      await createIndex(port, 'lost', { number_of_replicas: 0, ...NOWHERE });
    }
    const { user, password, apiKey } = before ?? {
      user: 'health',
      password: `search-${randomBytes(8).toString('hex')}:@`,
      apiKey: `health:${randomBytes(16).toString('hex')}`,
    };
    const logins = [`Basic ${base64(`${user}:${password}`)}`, `ApiKey ${base64(apiKey)}`];
    const secured = await startNodeProgram('search-login', { folder, port: before?.securedPort }, [
      String(port),
      ...logins,
    ]);
    const url = `http://127.0.0.1:${String(port)}`;
    return { ...together([running, secured]), url, port, securedPort: secured.port, user, password, apiKey };
  },
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
