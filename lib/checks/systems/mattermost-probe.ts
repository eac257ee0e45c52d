import * as v from 'valibot';
import { describe, text } from '../../clients/keys.ts';
import { mattermostKeys } from '../../clients/mattermost/server.ts';
import { WHO } from '../../clients/mattermost/visit.ts';
import type { Account } from '../../clients/mattermost/visit.ts';
import { webNeeds, webTarget } from '../../clients/http/request.ts';
import { certificateMistake } from '../../clients/server-keys.ts';
import type { Problem } from '../../problem.ts';
import { defineComposite } from '../kind.ts';
import { post, receive, receiveFigures } from './mattermost-message.ts';
import * as steps from './mattermost-steps.ts';

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

export const mattermostProbe = defineComposite({
  kind: 'mattermost_probe',
  works:
    'two users log in and join a channel, one posts a unique message, the other receives it over WebSocket, users ' +
    'and channels are found, and both log out; each step is a leaf of its own',
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
      { name: 'login_page', check: steps.loginPage },
      ...(logsIn ? [{ name: 'login', check: steps.login }] : []),
      { name: 'join', ...(logsIn && { after: 'login' }), check: steps.join },
      { name: 'post', after: 'join', check: post },
      { name: 'receive', after: 'post', figures: receiveFigures, check: receive },
      { name: 'search_users', after: 'join', check: steps.searchUsers },
      { name: 'search_channels', after: 'join', check: steps.searchChannels },
      ...(logsIn ? [{ name: 'logout', after: 'receive', check: steps.logout }] : []),
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
