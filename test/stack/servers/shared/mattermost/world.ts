/**
 * The state of a stand-in for Mattermost, and what its API does with it. It follows the API that is published at
 * https://developers.mattermost.com/api-documentation/ and the server's own source.
 */
import { createHash, randomUUID } from 'node:crypto';

/** An id of 26 characters, as Mattermost has them. */
export const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 26);

export interface StandInUser {
  readonly username: string;
  readonly password: string;
  /** A personal access token. */
  readonly token: string;
  /** `enrolled`: a login needs a code. `missing`: it must set MFA up before it may do anything. */
  readonly mfa?: 'enrolled' | 'missing';
  /** Whether it may join channels; true unless set. */
  readonly joins?: boolean;
}

export interface StandInSettings {
  readonly users: readonly StandInUser[];
  readonly team: string;
  readonly channel: string;
}

export interface Post {
  readonly id: string;
  readonly user_id: string;
  readonly channel_id: string;
  readonly message: string;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Called when something happens that listeners must know. */
type Announce = (event: string, data: Readonly<Record<string, unknown>>, channelId: string) => void;

export class World {
  /** User names of the sessions, by their tokens. */
  readonly sessions = new Map<string, string>();
  readonly posts = new Map<string, Post>();
  readonly members = new Set<string>();
  announce: Announce = () => undefined;
  readonly #settings: StandInSettings;
  readonly #teamId: string;
  readonly #channelId: string;

  constructor(settings: StandInSettings) {
    this.#settings = settings;
    this.#teamId = idOf(`team ${settings.team}`);
    this.#channelId = idOf(`channel ${settings.channel}`);
  }

  /** The steps that were asked for, in their order. */
  readonly asked: string[] = [];

  get left() {
    return { sessions: this.sessions.size, posts: this.posts.size, asked: this.asked };
  }

  userOf(token: string): StandInUser | undefined {
    const name = this.sessions.get(token);
    return this.#settings.users.find((user) => user.token === token || user.username === name);
  }

  /** The step that a request belongs to, and what answers it. */
  route(asked: Asked): { readonly step: string; readonly work: () => Reply } {
    const { method, path } = asked;
    for (const [step, wanted, pattern, work] of this.#routes) {
      const parts = wanted === method ? pattern.exec(path) : null;
      if (parts !== null) return { step, work: () => work(asked, parts[1] ?? '', parts[2] ?? '') };
    }
    return {
      step: 'none',
      work: () => appError(404, 'api.context.404.app_error', 'Sorry, we could not find the page.'),
    };
  }

  readonly #routes: readonly (readonly [string, string, RegExp, (asked: Asked, a: string, b: string) => Reply])[] = [
    ['login_page', 'GET', /^\/login$/, () => ({ status: 200, body: LOGIN_PAGE, headers: HTML })],
    ['ping', 'GET', /^\/api\/v4\/system\/ping$/, ({ query }) => ping(query, [])],
    ['login', 'POST', /^\/api\/v4\/users\/login$/, ({ body }) => this.#login(body)],
    ['logout', 'POST', /^\/api\/v4\/users\/logout$/, ({ authorization }) => this.#logout(authorization)],
    ['me', 'GET', /^\/api\/v4\/users\/me$/, (asked) => this.#as(asked, (user) => ok(profile(user)))],
    [
      'team',
      'GET',
      /^\/api\/v4\/teams\/name\/([^/]+)$/,
      (asked, name) =>
        this.#as(asked, () =>
          name === this.#settings.team
            ? ok({ id: this.#teamId, name, display_name: name })
            : appError(404, 'app.team.get_by_name.missing.app_error', 'Unable to find the existing team.'),
        ),
    ],
    [
      'channel',
      'GET',
      /^\/api\/v4\/teams\/([^/]+)\/channels\/name\/([^/]+)$/,
      (asked, teamId, name) =>
        this.#as(asked, () =>
          teamId === this.#teamId && name === this.#settings.channel
            ? ok(this.#channel)
            : appError(404, 'app.channel.get_by_name.missing.app_error', 'Channel does not exist.'),
        ),
    ],
    [
      'join',
      'POST',
      /^\/api\/v4\/channels\/([^/]+)\/members$/,
      (asked) => this.#as(asked, (user) => this.#join(user, asked)),
    ],
    ['post', 'POST', /^\/api\/v4\/posts$/, (asked) => this.#as(asked, (user) => this.#post(user, asked))],
    ['posts', 'GET', /^\/api\/v4\/channels\/([^/]+)\/posts$/, (asked) => this.#as(asked, () => this.#newest())],
    [
      'delete',
      'DELETE',
      /^\/api\/v4\/posts\/([^/]+)$/,
      (asked, id) => this.#as(asked, (user) => this.#delete(user, id)),
    ],
    [
      'search_users',
      'POST',
      /^\/api\/v4\/users\/search$/,
      (asked) =>
        this.#as(asked, () =>
          ok(this.#settings.users.filter(({ username }) => username.includes(String(asked.body['term']))).map(profile)),
        ),
    ],
    [
      'search_channels',
      'POST',
      /^\/api\/v4\/teams\/([^/]+)\/channels\/search$/,
      (asked) =>
        this.#as(asked, () => ok(this.#settings.channel.includes(String(asked.body['term'])) ? [this.#channel] : [])),
    ],
  ];

  get #channel() {
    const { channel: name } = this.#settings;
    return { id: this.#channelId, team_id: this.#teamId, type: 'O', name, display_name: name };
  }

  #as({ authorization }: Asked, work: (user: StandInUser) => Reply): Reply {
    const user = this.userOf(tokenIn(authorization));
    if (user === undefined)
      return appError(401, 'api.context.session_expired.app_error', 'Invalid or expired session, please login again.');
    if (user.mfa === 'missing')
      return appError(401, 'api.context.mfa_required.app_error', 'Multi-factor authentication is required.');
    return work(user);
  }

  #login({ login_id: login, password, token }: Asked['body']): Reply {
    const user = this.#settings.users.find(({ username }) => username === login);
    if (user === undefined || user.password !== password)
      return appError(
        401,
        'api.user.login.invalid_credentials_email_username',
        'Enter a valid email or username and/or password.',
      );
    if (user.mfa === 'enrolled' && token !== '123456')
      return appError(401, 'mfa.validate_token.authenticate.app_error', 'Invalid MFA token.');
    const session = idOf(randomUUID());
    this.sessions.set(session, user.username);
    return { status: 200, body: profile(user), headers: { token: session } };
  }

  #logout(authorization: string | undefined): Reply {
    this.sessions.delete(tokenIn(authorization));
    return ok({ status: 'OK' });
  }

  #join(user: StandInUser, { body }: Asked): Reply {
    if (user.joins === false)
      return appError(403, 'api.context.permissions.app_error', 'You do not have the appropriate permissions.');
    const { user_id: userId, channel_id: channelId } = body;
    this.members.add(user.username);
    return { status: 201, body: { user_id: userId, channel_id: channelId, roles: 'channel_user' } };
  }

  #post(user: StandInUser, { body }: Asked): Reply {
    const post = {
      id: idOf(randomUUID()),
      user_id: idOf(user.username),
      channel_id: String(body['channel_id']),
      message: String(body['message']),
    };
    this.posts.set(post.id, post);
    this.announce('posted', this.postedData(user.username, post), post.channel_id);
    return { status: 201, body: post };
  }

  /** What an event says of a post: JSON within strings. */
  postedData(username: string, post: Post): Readonly<Record<string, unknown>> {
    const { channel } = this.#settings;
    return {
      channel_display_name: channel,
      channel_name: channel,
      channel_type: 'O',
      mentions: JSON.stringify([]),
      post: JSON.stringify(post),
      sender_name: `@${username}`,
      set_online: true,
      team_id: this.#teamId,
    };
  }

  #newest(): Reply {
    const posts = [...this.posts.values()];
    return ok({
      order: posts.map(({ id }) => id),
      posts: Object.fromEntries(this.posts),
      next_post_id: '',
      prev_post_id: '',
    });
  }

  #delete(user: StandInUser, id: string): Reply {
    const post = this.posts.get(id);
    if (post === undefined) return appError(404, 'app.post.get.app_error', 'Unable to get the post.');
    if (post.user_id !== idOf(user.username))
      return appError(403, 'api.context.permissions.app_error', 'You do not have the appropriate permissions.');
    this.posts.delete(id);
    this.announce('post_deleted', { post: JSON.stringify(post) }, post.channel_id);
    return ok({ status: 'OK' });
  }
}

const HTML = { 'content-type': 'text/html' };

export const LOGIN_PAGE =
  '<!DOCTYPE html>\n<html lang="en"><head><title>Mattermost</title></head>\n<body class=\'font--open_sans\'>' +
  "<div id='root'></div></body></html>\n";

const ok = (body: unknown): Reply => ({ status: 200, body });

export function appError(status: number, id: string, message: string): Reply {
  const body = { id, message, detailed_error: '', request_id: idOf(randomUUID()), status_code: status };
  return { status, body };
}

/** @param unhealthy The statuses that are not OK. */
export function ping(query: URLSearchParams, unhealthy: readonly string[]): Reply {
  const names = query.get('get_server_status') === 'true' ? ['database_status', 'filestore_status'] : [];
  const bad = names.some((name) => unhealthy.includes(name)) || unhealthy.includes('status');
  const statuses = names.map((name) => [name, unhealthy.includes(name) ? 'UNHEALTHY' : 'OK'] as const);
  const isError = bad && query.get('use_rest_semantics') !== 'true';
  const body = { ActiveSearchBackend: 'database', status: bad ? 'UNHEALTHY' : 'OK', ...Object.fromEntries(statuses) };
  return { status: isError ? 500 : 200, body };
}

function profile({ username }: StandInUser) {
  return { id: idOf(username), username, email: `${username}@chat.example`, roles: 'system_user', locale: 'en' };
}

function tokenIn(authorization = ''): string {
  return authorization.replace(/^bearer /i, '');
}
