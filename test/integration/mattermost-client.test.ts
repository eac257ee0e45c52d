/**
 * The stand-in for Mattermost speaks as Mattermost's own client library expects: here, that library is the client, with
 * nothing of ours between them.
 */
import { randomUUID } from 'node:crypto';
import client from '@mattermost/client';
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { WebSocket } from 'ws';

const { Client4, ClientError, WebSocketClient } = client;
const { mattermost } = inject('stack');
const { team, channel, speaker, listener, careful, careless } = mattermost;

beforeEach(() => {
  // What the library needs of a browser.
  vi.stubGlobal('WebSocket', WebSocket);
  vi.stubGlobal('CloseEvent', Event);
  vi.spyOn(console, 'log').mockReturnValue();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function newClient(step = 'none', fault = 'none') {
  const made = new Client4();
  made.setUrl(`${mattermost.url}/faults/${step}/${fault}/${randomUUID()}`);
  return made;
}

async function loggedIn(user: typeof speaker, like = newClient()) {
  const made = new Client4();
  made.setUrl(like.getUrl());
  const { id } = await made.login(user.username, user.password);
  return { api: made, id };
}

/** Everything that arrives at a user over the library's WebSocket. */
async function listening(api: InstanceType<typeof Client4>) {
  const events: { readonly event: string; readonly data: unknown; readonly seq: number }[] = [];
  const socket = new WebSocketClient();
  const closed: number[] = [];
  socket.addMessageListener((message) => events.push(message));
  socket.addCloseListener((count) => closed.push(count));
  socket.initialize(`${api.getUrl().replace('http', 'ws')}/api/v4/websocket`, api.getToken());
  await vi.waitFor(() => {
    expect(events.map(({ event }) => event)).toContain('hello');
  });
  return { socket, events, closed };
}

it('logs in, joins, posts, hears of it, finds, deletes and logs out', async () => {
  const { api, id } = await loggedIn(speaker);
  const { api: other, id: otherId } = await loggedIn(listener, api);
  expect(api.getToken()).not.toBe('');
  expect(await api.getMe()).toMatchObject({ id, username: speaker.username });
  const { id: teamId } = await api.getTeamByName(team);
  const { id: channelId } = await api.getChannelByName(teamId, channel);
  expect(await api.addToChannel(id, channelId)).toMatchObject({ user_id: id, channel_id: channelId });
  await other.addToChannel(otherId, channelId);
  const { socket, events, closed } = await listening(other);

  const post = await api.createPost({ channel_id: channelId, message: 'hello' });
  await vi.waitFor(() => {
    expect(events.map(({ event }) => event)).toContain('posted');
  });
  const posted = events.find(({ event }) => event === 'posted')?.data as { readonly post: string };
  expect(JSON.parse(posted.post)).toMatchObject({ id: post.id, user_id: id, message: 'hello' });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index));
  expect(closed).toEqual([]);

  expect(await api.searchUsers(listener.username, {})).toMatchObject([{ id: otherId }]);
  expect(await api.searchChannels(teamId, channel)).toMatchObject([{ id: channelId }]);
  expect(Object.keys((await api.getPosts(channelId)).posts)).toEqual([post.id]);
  expect(await api.deletePost(post.id)).toEqual({ status: 'OK' });
  socket.close();
  for (const each of [api, other]) expect((await each.logout()).ok).toBe(true);
  const left: unknown = await (await fetch(`${api.getUrl()}/left`)).json();
  expect(left).toMatchObject({ sessions: 0, posts: 0 });
});

it('is pinged', async () => {
  expect(await newClient().ping(true)).toMatchObject({ status: 'OK', database_status: 'OK', filestore_status: 'OK' });
});

it.each([
  ['a wrong password', { ...speaker, password: 'wrong' }, 'api.user.login.invalid_credentials_email_username', 401],
  ['MFA', careful, 'mfa.validate_token.authenticate.app_error', 401],
])('refuses a login because of %s with the id that the library looks for', async (_name, user, id, status) => {
  const error: unknown = await loggedIn(user).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ClientError);
  expect(error).toMatchObject({ server_error_id: id, status_code: status });
});

it('demands that an account sets up MFA with the id that the library looks for', async () => {
  const { api } = await loggedIn(careless);
  await expect(api.getTeamByName(team)).rejects.toMatchObject({
    server_error_id: 'api.context.mfa_required.app_error',
  });
});

it('loses events so that the library notices and connects again', async () => {
  const { api, id } = await loggedIn(speaker, newClient('websocket', 'gap'));
  const { id: teamId } = await api.getTeamByName(team);
  const { id: channelId } = await api.getChannelByName(teamId, channel);
  await api.addToChannel(id, channelId);
  const { socket, closed } = await listening(api);
  await api.createPost({ channel_id: channelId, message: 'hello' });
  await vi.waitFor(() => {
    expect(closed).toEqual([1]);
  });
  socket.close();
});
