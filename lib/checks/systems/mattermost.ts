import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import { jsonObjectOf } from '../../clients/http/json.ts';
import type { JsonObject } from '../../clients/http/json.ts';
import { send, webNeeds, webTarget } from '../../clients/http/request.ts';
import { describe } from '../../clients/keys.ts';
import { refusal } from '../../clients/mattermost/refusals.ts';
import { baseUrl, mattermostKeys } from '../../clients/mattermost/server.ts';
import { certificateMistake } from '../../clients/server-keys.ts';
import { defineKind } from '../kind.ts';
import { figuresOf, httpFigures } from '../web/expect.ts';

const OK = 'OK';
const PARTS = { database_status: 'the database', filestore_status: 'the file store' };
const MAX_SHOWN = 40;

export const mattermost = defineKind({
  kind: 'mattermost',
  works: 'its ping says OK; with `server_status`, also of the database and the file store',
  couldPass:
    'a server that nobody can log in to, or that delivers no messages (the kind `mattermost_probe` finds that); ' +
    'without `server_status`, also one without its database',
  example: ['server_status'],
  keys: {
    ...mattermostKeys,
    server_status: v.optional(
      describe(
        v.boolean(),
        'Whether it must also write to its database and its file store, and say that it could.',
        true,
      ),
      false,
    ),
  },
  figures: httpFigures,
  mistake: ({ url, cert, key }) => certificateMistake({ cert, key }, url.startsWith('https:')),
  target: ({ url }) => webTarget('mattermost', url),
  needs: webNeeds,
  async check(config, context) {
    const { server_status: asksParts, ca, cert, key } = config;
    // Without use_rest_semantics it answers 500 when it is unhealthy, and a proxy may put its own page in place.
    const url = `${baseUrl(config)}/api/v4/system/ping?get_server_status=${asksParts}&use_rest_semantics=true`;
    const request = { kind: 'mattermost', url, method: 'GET', headers: {}, readsBody: true, ...{ ca, cert, key } };
    const response = await send(request, context, () => false);
    context.observe(figuresOf(response, Date.now()));
    // Old versions answer 500 all the same, and the body says what is unhealthy.
    if (response.status !== 200 && response.status !== 500)
      throw refusal(response, { what: 'ping', who: 'check', secrets: [] });
    const statuses = jsonObjectOf(response);
    const faults = faultsIn(statuses, asksParts);
    if (faults.length > 0) throw new UnhealthyError(`${response.target}: ${faults.join(', ')}`);
    if (response.status !== 200) throw refusal(response, { what: 'ping', who: 'check', secrets: [] });
  },
});

function faultsIn(statuses: JsonObject, asksParts: boolean): string[] {
  const names = asksParts ? Object.keys(PARTS) : [];
  const parts = names.flatMap((name) => faultOf(statuses, name) ?? []);
  const whole = faultOf(statuses, 'status');
  if (whole === undefined || parts.length > 0) return whole === undefined ? parts : [whole, ...parts];
  // Apart from its parts, only the number of its goroutines makes it unhealthy.
  const isOverloaded = statuses['status'] === 'UNHEALTHY';
  return [isOverloaded ? `${whole}; it has reached its GoroutineHealthThreshold, look at its load` : whole];
}

/** What one of the statuses says, unless it is OK. Undefined also counts: a part that is not named was not tested. */
function faultOf(statuses: JsonObject, name: string): string | undefined {
  const status = statuses[name];
  if (status === OK) return undefined;
  if (status === undefined) return `its answer has no ${name}`;
  const shown = typeof status === 'string' && /^[\w -]+$/.test(status) && status.length <= MAX_SHOWN;
  return `${name} is ${shown ? status : 'not a status'}`;
}
