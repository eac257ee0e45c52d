/**
 * What Mattermost answers at `/api/v4/system/ping`, with keys in the order in which Go writes a map. The requirements
 * of apps are empty, as they are in a new server, and there is no search.
 */
import type { Role, Verdict } from '../engine/types.ts';
import type { Format, View } from './format.ts';
import { rolesPlayed } from './roles.ts';

const KEYS: Readonly<Partial<Record<Role, string>>> = { db: 'database_status', storage: 'filestore_status' };

export const mattermost: Format = {
  contentType: 'application/json',
  headers: (view) => ({
    expires: '0',
    'permissions-policy': '',
    ...(asksForParts(view) && { status: wordFor(view.report.verdict), ...partsOf(view) }),
  }),
  status: ({ report, query }) =>
    report.verdict === 'failing' && query.get('use_rest_semantics') !== 'true' ? 500 : 200,
  render: (view) =>
    JSON.stringify({
      ActiveSearchBackend: 'none',
      AndroidLatestVersion: '',
      AndroidMinVersion: '',
      IosLatestVersion: '',
      IosMinVersion: '',
      ...(asksForParts(view) && partsOf(view)),
      status: wordFor(view.report.verdict),
    }),
};

function asksForParts({ query }: View): boolean {
  return query.get('get_server_status') === 'true';
}

function partsOf(view: View): Readonly<Record<string, string>> {
  const played = rolesPlayed(view, ['db', 'storage']);
  return Object.fromEntries(played.map(({ role, verdict }) => [KEYS[role] ?? role, wordFor(verdict)] as const));
}

function wordFor(verdict: Verdict): string {
  return verdict === 'failing' ? 'UNHEALTHY' : 'OK';
}
