/** A stand-in for Mattermost: no real server can be had here. */
import { randomBytes } from 'node:crypto';
import { defineServer } from '../define-server.ts';
import { startNodeProgram } from './shared/node-program.ts';
import type { StandInSettings, StandInUser } from './shared/mattermost/world.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** Below `/faults/<step>/<fault>/<any name>` lies another server, of which that step has that fault. */
    readonly mattermost: {
      readonly url: string;
      readonly port: number;
      readonly team: string;
      readonly channel: string;
      readonly speaker: StandInUser;
      readonly listener: StandInUser;
      /** Has set up MFA. */
      readonly careful: StandInUser;
      /** Must set up MFA, and has not. */
      readonly careless: StandInUser;
      /** May not join channels. */
      readonly outsider: StandInUser;
    };
  }
}

const NAMES = ['speaker', 'listener', 'careful', 'careless', 'outsider'] as const;
const MORE: Readonly<Record<string, Partial<StandInUser>>> = {
  careful: { mfa: 'enrolled' },
  careless: { mfa: 'missing' },
  outsider: { joins: false },
};

export default defineServer({
  name: 'mattermost',
  demo: { title: 'a stand-in for Mattermost', with: 'mattermost' },
  async start({ folder, before }) {
    const users =
      before ??
      (Object.fromEntries(
        NAMES.map((name) => {
          const secrets = { password: randomBytes(12).toString('hex'), token: randomBytes(13).toString('hex') };
          return [name, { username: `healthgate-${name}`, ...secrets, ...MORE[name] }];
        }),
      ) as Record<(typeof NAMES)[number], StandInUser>);
    const { speaker, listener, careful, careless, outsider } = users;
    const place = { team: 'shop', channel: 'healthgate' };
    const settings: StandInSettings = { ...place, users: [speaker, listener, careful, careless, outsider] };
    const running = await startNodeProgram('mattermost', { folder, port: before?.port }, [JSON.stringify(settings)]);
    const url = `http://127.0.0.1:${running.port}`;
    return { ...running, url, ...place, speaker, listener, careful, careless, outsider };
  },
});
