/** The steps of the probe of Mattermost that prove that a message arrives. */
import * as v from 'valibot';
import { within } from '../../engine/deadline.ts';
import type { CheckContext } from '../../engine/types.ts';
import { seconds, TimeoutError, UnhealthyError } from '../../errors.ts';
import { id } from '../../clients/mattermost/api.ts';
import { listen } from '../../clients/mattermost/listener.ts';
import type { Visit } from '../../clients/mattermost/visit.ts';
import { visitOf } from './mattermost-visit.ts';
import type { Config } from './mattermost-visit.ts';

/** The share of what is left that connecting to the WebSocket may take, so that there is time to say that it failed. */
const CONNECTING_SHARE = 0.5;
/** The share of what is left that is kept for removing a message that got lost. */
const RESERVE_SHARE = 0.25;
const MAX_RESERVE_MS = 1000;

/**
 * The listener must be connected before the message is posted. The step `receive` tells if it is not.
 *
 * @param leftMs Milliseconds that are left for all steps.
 */
export async function connectListener(
  config: Config,
  visit: Visit,
  context: CheckContext,
  leftMs: number,
): Promise<void> {
  const limitMs = leftMs * CONNECTING_SHARE;
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

export async function receive(config: Config, context: CheckContext): Promise<void> {
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
  const came = others === 1 ? '1 other event' : `${String(others)} other events`;
  return new UnhealthyError(
    `${target}: the message is lost: the listener did not receive it over WebSocket within ${seconds(limitMs)} s; ` +
      `it got ${came}`,
  );
}
