/** The steps of the probe of Mattermost. Those that prove that a message arrives are in `mattermost-message.ts`. */
import * as v from 'valibot';
import type { CheckContext } from '../../engine/types.ts';
import { UnhealthyError } from '../../errors.ts';
import { containing } from '../web/containing.ts';
import { send } from '../../clients/http/request.ts';
import { id } from '../../clients/mattermost/api.ts';
import { refusal } from '../../clients/mattermost/refusals.ts';
import { baseUrl, WHO } from '../../clients/mattermost/server.ts';
import { connectListener, post, receive } from './mattermost-message.ts';
import { visitOf } from './mattermost-visit.ts';
import type { Config } from './mattermost-visit.ts';

/** The web app begins in this element: https://github.com/mattermost/mattermost/blob/master/webapp/channels/src/root.html */
const isLoginPage = [`id='root'`, 'id="root"', 'id=root'].map(containing);

async function loginPage(config: Config, context: CheckContext): Promise<void> {
  const { ca, cert, key } = config;
  const url = `${baseUrl(config)}/login`;
  const request = { kind: 'mattermost', url, method: 'GET', headers: {}, readsBody: true, ...{ ca, cert, key } };
  const response = await send(request, context, () => false);
  const { target, status, body, whole } = response;
  if (status !== 200) throw refusal(response, { what: 'request for the login page', who: 'check', secrets: [] });
  if (!whole) throw new UnhealthyError(`${target} sent more than 1 MiB as the login page`);
  if (!isLoginPage.some((contains) => contains(body)))
    throw new UnhealthyError(`${target} answered 200, but not with the login page of Mattermost`);
}

async function login(config: Config, context: CheckContext): Promise<void> {
  const visit = await visitOf(config, context);
  for (const who of WHO) await visit.arrive(who, context);
}

async function join(config: Config, context: CheckContext): Promise<void> {
  const visit = await visitOf(config, context);
  const start = performance.now();
  for (const who of WHO) if (!visit.users.has(who)) await visit.arrive(who, context);
  const schema = v.object({ id });
  const asked = { who: 'speaker', schema } as const;
  const { team, channel } = config;
  const { id: teamId } = await visit.call(
    { ...asked, what: 'look-up of the team', object: `team ${team}`, work: (client) => client.getTeamByName(team) },
    context,
  );
  const { id: channelId } = await visit.call(
    {
      ...asked,
      what: 'look-up of the channel',
      object: `channel ${channel} in the team ${team}`,
      work: (client) => client.getChannelByName(teamId, channel),
    },
    context,
  );
  visit.channel = { id: channelId, teamId };
  for (const who of WHO) {
    const user = visit.user(who);
    const member = v.object({ user_id: v.literal(user.id), channel_id: v.literal(channelId) });
    const what = `joining of the ${who}`;
    await visit.call({ who, what, schema: member, work: (client) => client.addToChannel(user.id, channelId) }, context);
  }
  const leftMs = Math.max(0, context.limitMs - (performance.now() - start));
  await connectListener(config, visit, context, leftMs);
}

async function searchUsers(config: Config, context: CheckContext): Promise<void> {
  const visit = await visitOf(config, context);
  const { id: wanted, username } = visit.user('listener');
  const found = await visit.during(
    visit.call(
      {
        who: 'speaker',
        what: 'search of users',
        schema: v.array(v.object({ id })),
        work: (client) => client.searchUsers(username, {}),
      },
      context,
    ),
  );
  if (!found.some((user) => user.id === wanted))
    throw new UnhealthyError(
      `${visit.target} does not find the listener in its search of users; is its index complete?`,
    );
}

async function searchChannels(config: Config, context: CheckContext): Promise<void> {
  const visit = await visitOf(config, context);
  const { channel } = visit;
  if (channel === undefined) throw new Error('the step search_channels ran before the step join');
  const found = await visit.during(
    visit.call(
      {
        who: 'speaker',
        what: 'search of channels',
        schema: v.array(v.object({ id })),
        work: (client) => client.searchChannels(channel.teamId, config.channel),
      },
      context,
    ),
  );
  if (!found.some((other) => other.id === channel.id))
    throw new UnhealthyError(
      `${visit.target} does not find the channel ${config.channel} in its search of channels; is it a public one?`,
    );
}

/** The searches need the sessions as well, and may still be under way. */
async function logout(config: Config, context: CheckContext): Promise<void> {
  const visit = await visitOf(config, context);
  context.stage('waiting', 'while the searches are under way');
  await visit.settled();
  for (const who of visit.sessions) await visit.endSession(who, context);
}

export type Work = (config: Config, context: CheckContext) => Promise<void>;

/** By the names of their leaves. */
export const steps = {
  login_page: loginPage,
  login,
  join,
  post,
  receive,
  search_users: searchUsers,
  search_channels: searchChannels,
  logout,
} as const satisfies Readonly<Record<string, Work>>;
export type StepName = keyof typeof steps;
