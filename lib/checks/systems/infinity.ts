import { isJsonObject, jsonObjectOf } from '../../clients/http/json.ts';
import { webNeeds, webTarget } from '../../clients/http/request.ts';
import { ask, below, serverRoot } from '../../clients/http/rest.ts';
import { describe } from '../../clients/keys.ts';
import { certificateMistake, tlsKeys } from '../../clients/server-keys.ts';
import { after, serverWords } from '../../clients/server-words.ts';
import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';

/** A node of its own says `started`, one of a cluster `alive`. RAGFlow takes both for healthy. */
const ALIVE = ['started', 'alive'];

export const infinity = defineKind({
  kind: 'infinity',
  plays: 'doc_engine',
  works: 'its node answers that it has started, or is alive in its cluster',
  couldPass: 'other nodes of the cluster that are gone, and tables that cannot be read',
  keys: {
    url: describe(serverRoot(), 'URL of the HTTP interface of the node.', 'http://infinity.example:23820'),
    ...tlsKeys,
  },
  figures: {
    role: { label: 'role of the node', unit: '', sort: 'text' },
    status: { label: 'status of the node', unit: '', sort: 'text' },
  },
  mistake: (config) => certificateMistake(config, config.url.startsWith('https:')),
  needs: webNeeds,
  target: ({ url }) => webTarget('infinity', url),
  async check({ url, ...tls }, context) {
    // https://github.com/infiniflow/infinity/blob/main/docs/references/http_api_reference.mdx#admin-show-current-node
    const response = await ask({ kind: 'infinity', ...tls, url: below(url, '/admin/node/current') }, context);
    for (const address of webNeeds({ url })) context.reached(address);
    const { target } = response;
    if (response.status !== 200 && response.status !== 500)
      throw new UnhealthyError(`${target} answered ${response.status}, expected 200`);
    const answer = jsonObjectOf(response);
    const { error_code: code, error_msg: text } = answer;
    if (typeof code !== 'number')
      throw new UnhealthyError(
        `${target} answered ${response.status}, but its JSON has no error_code: is it Infinity?`,
      );
    if (code !== 0 || response.status !== 200) {
      const words = after(serverWords(typeof text === 'string' ? text : ''));
      throw new UnhealthyError(`${target} answered ${response.status} with error_code ${String(code)}${words}`);
    }
    // The documentation has `node_role` beside the code; the server itself, a node with `role` and `status`.
    const node = isJsonObject(answer['node']) ? answer['node'] : {};
    const [role, status] = [node['role'] ?? answer['node_role'], node['status']];
    if (typeof role !== 'string' || (status !== undefined && typeof status !== 'string'))
      throw new UnhealthyError(`${target} answered 200, but its JSON does not describe a node`);
    context.observe({ role, ...(status !== undefined && { status }) });
    if (status !== undefined && !ALIVE.includes(status.toLowerCase()))
      throw new UnhealthyError(`${target}, the ${serverWords(role)}, is ${serverWords(status)}, not alive`);
  },
});
