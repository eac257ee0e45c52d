/** Where a Mattermost server is, how it is reached, and who visits it. */
import { describe, httpUrl } from '../keys.ts';
import { tlsKeys } from '../server-keys.ts';
import type { TlsKeys } from '../tls.ts';

export const mattermostKeys = {
  url: describe(httpUrl(), 'URL of Mattermost, with its path if it has one.', 'https://chat.example'),
  ...tlsKeys,
};

export interface MattermostServer extends TlsKeys {
  readonly url: string;
}

/** The URL without query, fragment and the slash at its end. */
export function baseUrl({ url }: MattermostServer): string {
  const base = new URL(url);
  base.search = base.hash = '';
  return base.href.replace(/\/+$/, '');
}

/** The users of a probe. */
export const WHO = ['speaker', 'listener'] as const;
export type Who = (typeof WHO)[number];

export interface Account {
  readonly login?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}
