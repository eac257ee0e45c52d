import * as v from 'valibot';
import { describe, text } from '../../clients/keys.ts';
import { mattermostKeys, WHO } from '../../clients/mattermost/server.ts';
import type { Account } from '../../clients/mattermost/server.ts';
import { webNeeds, webTarget } from '../../clients/http/request.ts';
import { certificateMistake } from '../../clients/server-keys.ts';
import type { Problem } from '../../problem.ts';
import { defineComposite } from '../kind.ts';
import type { StepName, Work } from './mattermost-steps.ts';

const accountKey = v.strictObject({
  login: v.optional(describe(text(), 'User name or email address.', 'healthgate-speaker')),
  password: v.optional(describe(text(), 'Password.', 'correct-horse')),
  token: v.optional(
    describe(
      text(),
      'Personal access token or token of a bot, instead of login and password.',
      'x7k3m9p2q8r4t6w1y5z0a2b4c6',
    ),
  ),
});

/** A name as it stands in URLs: a part of a path, so it must not hold anything else. */
const nameKey = (sentence: string, example: string) =>
  describe(
    v.pipe(
      v.string(),
      v.regex(/^[a-z0-9_-]{1,64}$/, 'expected the name as in its URL: lower-case letters, digits, - and _'),
    ),
    sentence,
    example,
  );

const receiveFigures = {
  latency: { label: 'time from the post to the listener', unit: 'seconds', sort: 'number' },
} as const;

/** What the steps do is loaded when a namespace has such a check. */
const step = (name: StepName, after?: StepName): { name: StepName; after?: StepName; check: Work } => ({
  name,
  ...(after !== undefined && { after }),
  check: async (config, context) => {
    const { steps } = await import('./mattermost-steps.ts');
    await steps[name](config, context);
  },
});

export const mattermostProbe = defineComposite({
  kind: 'mattermost_probe',
  works: 'two users log in, one posts a message, the other receives it over WebSocket; users and channels are found',
  couldPass: 'messages that only some users or channels lose, push notifications, files, and the web app itself',
  keys: {
    ...mattermostKeys,
    speaker: describe(accountKey, 'The user who posts: login and password, or token.', {
      login: 'healthgate-speaker',
      password: 'correct-horse',
    }),
    listener: describe(accountKey, 'The user who must receive the message: login and password, or token.', {
      login: 'healthgate-listener',
      password: 'battery-staple',
    }),
    team: nameKey('Name of the team, as it stands in its URL. Both users must belong to it.', 'shop'),
    channel: nameKey('Name of a public channel of the team, as it stands in its URL.', 'healthgate'),
  },
  mistake: ({ url, cert, key, ...accounts }) =>
    certificateMistake({ cert, key }, url.startsWith('https:')) ??
    WHO.map((who) => accountMistake(who, accounts[who])).find((problem) => problem !== undefined) ??
    sameUser(accounts.speaker, accounts.listener),
  target: ({ url }) => webTarget('mattermost', url),
  needs: webNeeds,
  parts: ({ speaker, listener }) => {
    const logsIn = [speaker, listener].some(({ token }) => token === undefined);
    return [
      step('login_page'),
      ...(logsIn ? [step('login')] : []),
      step('join', logsIn ? 'login' : undefined),
      step('post', 'join'),
      { ...step('receive', 'post'), figures: receiveFigures },
      step('search_users', 'join'),
      step('search_channels', 'join'),
      ...(logsIn ? [step('logout', 'receive')] : []),
    ];
  },
});

function accountMistake(who: string, { login, password, token }: Account): Problem | undefined {
  if (token !== undefined)
    return login === undefined && password === undefined
      ? undefined
      : { path: `${who}.token`, message: 'stands for login and password; give either it or them' };
  if (login === undefined) return { path: `${who}.login`, message: 'missing: give login and password, or token' };
  return password === undefined ? { path: `${who}.password`, message: 'missing: login needs it' } : undefined;
}

function sameUser(speaker: Account, listener: Account): Problem | undefined {
  const isSame = (name: keyof Account) => speaker[name] !== undefined && speaker[name] === listener[name];
  const name = (['login', 'token'] as const).find(isSame);
  if (name === undefined) return undefined;
  return { path: `listener.${name}`, message: "is the speaker's; the message must reach another user" };
}
