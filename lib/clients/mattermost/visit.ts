/** What a probe does on a Mattermost server as two users, and what it must undo: sessions and messages. */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { within } from '../../engine/deadline.ts';
import type { CheckContext } from '../../engine/types.ts';
import { ConfigurationError, UnhealthyError } from '../../errors.ts';
import { webTarget } from '../http/request.ts';
import { call, id } from './api.ts';
import type { Call } from './api.ts';
import type { Listener } from './listener.ts';
import { WHO } from './server.ts';
import type { Account, MattermostServer, Who } from './server.ts';

/** Milliseconds that a visit has for undoing what it did once it is over, or was called off. */
const ENDS_WITHIN_MS = 1000;
/** The newest messages of the channel among which a message is looked for whose id got lost. */
const NEWEST = 60;

export type Visited = MattermostServer & { readonly [one in Who]: Account };

export interface User {
  readonly id: string;
  readonly username: string;
  readonly token: string;
}

type Stages = Pick<CheckContext, 'signal' | 'stage'>;
type Request<Schema extends v.GenericSchema> = Pick<
  Call<Schema>,
  'what' | 'object' | 'schema' | 'work' | 'onSession'
> & {
  readonly who: Who;
};

const newest = v.object({ posts: v.record(v.string(), v.object({ id, message: v.string() })) });
const done = v.object({ status: v.literal('OK') });
const quiet = (): void => undefined;

export class Visit {
  /** The message of the speaker has it, and no other message. */
  readonly text = `Healthgate ${randomUUID()}`;
  readonly target: string;
  readonly users = new Map<Who, User>();
  channel: { readonly id: string; readonly teamId: string } | undefined;
  /** The listener, or why it cannot listen. */
  listener: { readonly connected: Listener } | { readonly error: unknown } | undefined;
  /** When the speaker began to post, on the clock of `performance.now()`. */
  postedAt: number | undefined;
  readonly postIds = new Set<string>();
  readonly #server: Visited;
  /** Tokens of the sessions that must be ended. */
  readonly #sessions = new Map<Who, string>();
  /** What may leave something behind, and what needs the sessions. */
  readonly #pending = new Set<Promise<unknown>>();
  readonly #late = new AbortController();
  #ending: Promise<void> | undefined;

  constructor(server: Visited) {
    this.#server = server;
    this.target = webTarget('mattermost', server.url);
  }

  /** Aborted when the visit is over and everything is undone. */
  get lifetime(): AbortSignal {
    return this.#late.signal;
  }

  get sessions(): readonly Who[] {
    return [...this.#sessions.keys()];
  }

  user(who: Who): User {
    const user = this.users.get(who);
    if (user === undefined) throw new Error(`the ${who} is not logged in: a step ran before the one that it needs`);
    return user;
  }

  /** Calls the API as one of the users. */
  call<Schema extends v.GenericSchema>(request: Request<Schema>, context: Stages): Promise<v.InferOutput<Schema>> {
    const { who } = request;
    const token = this.users.get(who)?.token ?? this.#sessions.get(who) ?? this.#server[who].token;
    const secrets = WHO.flatMap((each) => {
      const { password, token } = this.#server[each];
      return [password, token, this.#sessions.get(each)].filter((secret) => secret !== undefined);
    });
    return call(this.#server, { ...request, token, secrets }, context);
  }

  /**
   * The same for what leaves something behind. It is not aborted with its step: what is under way can only be undone
   * when the answer has come.
   */
  leaving<Schema extends v.GenericSchema>(request: Request<Schema>, context: Stages): Promise<v.InferOutput<Schema>> {
    context.signal.throwIfAborted();
    return this.during(this.call(request, { stage: context.stage, signal: this.#late.signal }));
  }

  /** Notes the work, which others wait for with `settled`. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    try {
      return await work;
    } finally {
      this.#pending.delete(work);
    }
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  /** Begins or finds the session of a user. */
  async arrive(who: Who, context: Stages): Promise<void> {
    const { login, password, token } = this.#server[who];
    const schema = v.object({ id, username: v.pipe(v.string(), v.regex(/^[\w.@-]{1,100}$/)) });
    const isLogin = token === undefined;
    const user = isLogin
      ? await this.leaving(
          {
            who,
            what: `login of the ${who}`,
            schema,
            work: (client) => client.login(login ?? '', password ?? ''),
            onSession: (session) => this.#sessions.set(who, session),
          },
          context,
        )
      : await this.call(
          { who, what: `look-up of the account of the ${who}`, schema, work: (client) => client.getMe() },
          context,
        );
    const session = token ?? this.#sessions.get(who);
    if (session === undefined)
      throw new UnhealthyError(`${this.target} answered the login of the ${who}, but without a token`);
    this.users.set(who, { ...user, token: session });
    if (this.users.get('speaker')?.id === this.users.get('listener')?.id)
      throw new ConfigurationError(`${this.target}: speaker and listener are the same user; they must be two`);
  }

  async removeMessage(context: Stages): Promise<void> {
    if (this.postedAt === undefined) return;
    if (this.postIds.size === 0) await this.#findMessage(context);
    for (const postId of this.postIds) {
      const what = 'deletion of the message';
      await this.call({ who: 'speaker', what, schema: done, work: (client) => client.deletePost(postId) }, context);
      this.postIds.delete(postId);
    }
    this.postedAt = undefined;
  }

  /** The answer to the post did not come, or could not be read. */
  async #findMessage(context: Stages): Promise<void> {
    const { channel } = this;
    if (channel === undefined) return;
    const work: Request<typeof newest>['work'] = (client) => client.getPosts(channel.id, 0, NEWEST);
    const { posts } = await this.call(
      { who: 'speaker', what: 'look-up of the message', schema: newest, work },
      context,
    );
    for (const post of Object.values(posts)) if (post.message.includes(this.text)) this.postIds.add(post.id);
  }

  async endSession(who: Who, context: Stages): Promise<void> {
    await this.call({ who, what: `logout of the ${who}`, schema: done, work: (client) => client.logout() }, context);
    this.#sessions.delete(who);
  }

  /** Undoes everything within a second. Never rejects: whatever still fails is left, and nobody is there to be told. */
  end(): Promise<void> {
    this.#ending ??= within({ limitMs: ENDS_WITHIN_MS, from: this.target }, (signal) => this.#undo(signal))
      .catch(quiet)
      .finally(() => {
        this.#late.abort();
      });
    return this.#ending;
  }

  async #undo(signal: AbortSignal): Promise<void> {
    const context = { signal, stage: quiet };
    const connected = this.listener !== undefined && 'connected' in this.listener ? this.listener.connected : undefined;
    const closing = connected?.close()?.catch(quiet);
    await this.settled();
    await this.removeMessage(context).catch(quiet);
    await Promise.all(this.sessions.map((who) => this.endSession(who, context).catch(quiet)));
    await closing;
  }
}
