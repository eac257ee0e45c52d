/** The steps of the probe of Mattermost. They share one visit, which undoes everything when the run ends. */
import * as v from 'valibot';
import { within } from '../../engine/deadline.ts';
import type { FiguresOf } from '../../engine/figures.ts';
import type { CheckContext } from '../../engine/types.ts';
import { seconds, TimeoutError, UnhealthyError } from '../../errors.ts';
import { containing } from '../web/containing.ts';
import { send } from '../../clients/http/request.ts';
import { id } from '../../clients/mattermost/api.ts';
import { listen } from '../../clients/mattermost/listener.ts';
import { refusal } from '../../clients/mattermost/refusals.ts';
import { baseUrl } from '../../clients/mattermost/server.ts';
import { Visit, WHO } from '../../clients/mattermost/visit.ts';
import type { Visited } from '../../clients/mattermost/visit.ts';

interface Config extends Visited {
  readonly team: string;
  readonly channel: string;
}

export const receiveFigures = {
  latency: { label: 'time from the post to the listener', unit: 'seconds', sort: 'number' },
} as const;

/** The share of what is left that connecting to the WebSocket may take, so that there is time to say that it failed. */
const CONNECTING_SHARE = 0.5;
/** The share of what is left that is kept for removing a message that got lost. */
const RESERVE_SHARE = 0.25;
const MAX_RESERVE_MS = 1000;

function visitOf(config: Config, { share }: Pick<CheckContext, 'share'>): Promise<Visit> {
  return share(JSON.stringify(['mattermost_probe', config]), async () => {
    const visit = new Visit(config);
    const end = () => visit.end();
    return { value: visit, close: end, destroy: end };
  });
}

/** The web app begins in this element: https://github.com/mattermost/mattermost/blob/master/webapp/channels/src/root.html */
const isLoginPage = [`id='root'`, 'id="root"', 'id=root'].map(containing);

export async function loginPage(config: Config, context: CheckContext): Promise<void> {
  const { ca, cert, key } = config;
  const url = `${baseUrl(config)}/login`;
  const request = { kind: 'mattermost', url, method: 'GET', headers: {}, readsBody: true, ...{ ca, cert, key } };
  const response = await send(request, context, () => false);
  const { target, status, body, whole } = response;
  if (status !== 200) throw refusal(response, { what: 'request for the login page', who: 'check', secrets: [] });
  if (!whole) throw new UnhealthyError(`${target} sent more than 1 MiB as the login page`);
  if (!isLoginPage.some((contains) => contains(body)))
    throw new UnhealthyError(`${target} answered 200, but with something else than the login page of Mattermost`);
}

export async function login(config: Config, context: CheckContext): Promise<void> {
  const visit = await visitOf(config, context);
  for (const who of WHO) await visit.arrive(who, context);
}

export async function join(config: Config, context: CheckContext): Promise<void> {
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
  await connectListener(config, visit, context, leftMs * CONNECTING_SHARE);
}

/** The listener must be connected before the message is posted. The step `receive` tells if it is not. */
async function connectListener(config: Config, visit: Visit, context: CheckContext, limitMs: number): Promise<void> {
  const { signal, stage } = context;
  const { token } = visit.user('listener');
  const from = `${visit.target} while the listener connects to the WebSocket`;
  const stop = new AbortController();
  const ends = AbortSignal.any([visit.lifetime, stop.signal]);
  try {
    const connected = await within({ limitMs, signal, from }, () =>
      listen(config, { token, text: visit.text }, { stage }, ends),
    );
    visit.listener = { connected };
  } catch (error) {
    stop.abort();
    signal.throwIfAborted();
    visit.listener = { error };
  }
}

export async function post(config: Config, context: CheckContext): Promise<void> {
  const visit = await visitOf(config, context);
  const { channel } = visit;
  if (channel === undefined) throw new Error('the step post ran before the step join');
  const schema = v.object({ id, channel_id: v.literal(channel.id) });
  const message = { channel_id: channel.id, message: visit.text };
  context.signal.throwIfAborted();
  visit.postedAt = performance.now();
  const posted = await visit.leaving(
    { who: 'speaker', what: 'post of the speaker', schema, work: (client) => client.createPost(message) },
    context,
  );
  visit.postIds.add(posted.id);
}

export async function receive(config: Config, context: CheckContext<FiguresOf<typeof receiveFigures>>): Promise<void> {
  const { signal, limitMs, stage } = context;
  const visit = await visitOf(config, context);
  const { listener, postedAt } = visit;
  if (listener === undefined || postedAt === undefined) throw new Error('the step receive ran before the step post');
  stage('message', 'while the listener waits for the message');
  try {
    if ('error' in listener) throw listener.error;
    const { connected } = listener;
    const reserveMs = Math.min(MAX_RESERVE_MS, limitMs * RESERVE_SHARE);
    const { at, userId, channelId } = await within(
      { limitMs: limitMs - reserveMs, signal, from: visit.target },
      () => connected.arrival,
    ).catch((error: unknown) => {
      throw error instanceof TimeoutError && !signal.aborted
        ? lost(visit.target, limitMs - reserveMs, connected.others())
        : error;
    });
    context.observe({ latency: (at - postedAt) / 1000 });
    if (userId !== visit.user('speaker').id || channelId !== visit.channel?.id)
      throw new UnhealthyError(`${visit.target} delivered the message as that of another user, or in another channel`);
  } catch (error) {
    stage('deletion', 'while the message is deleted');
    await visit.removeMessage(context).catch(() => undefined);
    throw error;
  }
  stage('deletion', 'while the message is deleted');
  await visit.removeMessage(context);
}

function lost(target: string, limitMs: number, others: number): UnhealthyError {
  const meanwhile = others === 0 ? 'no other event came either' : `${String(others)} other events came`;
  return new UnhealthyError(
    `${target}: the message is lost: the listener did not receive it over WebSocket within ${seconds(limitMs)} s; ` +
      meanwhile,
  );
}

export async function searchUsers(config: Config, context: CheckContext): Promise<void> {
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

export async function searchChannels(config: Config, context: CheckContext): Promise<void> {
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
export async function logout(config: Config, context: CheckContext): Promise<void> {
  const visit = await visitOf(config, context);
  context.stage('waiting', 'while the searches are under way');
  await visit.settled();
  for (const who of visit.sessions) await visit.endSession(who, context);
}
