/** What RAGFlow answers at `/api/v1/system/healthz`. Its JSON library sorts the keys. */
import type { Role } from '../engine/types.ts';
import type { Format } from './format.ts';
import { jsonText } from './json-text.ts';
import { rolesPlayed } from './roles.ts';
import { statusText } from './words.ts';

const ROLES: readonly Role[] = ['db', 'doc_engine', 'redis', 'storage'];

export const ragflow: Format = {
  contentType: 'application/json',
  status: ({ report }) => (report.verdict === 'failing' ? 500 : 200),
  render(view) {
    const played = rolesPlayed(view, ROLES);
    const failing = played.filter(({ verdict }) => verdict === 'failing');
    const failures = failing.map(({ role, check }) => {
      return [role, { elapsed: check.durationMs.toFixed(1), error: statusText(check) }] as const;
    });
    const body = {
      ...(failures.length > 0 && { _meta: Object.fromEntries(failures) }),
      ...Object.fromEntries(played.map(({ role, verdict }) => [role, okIf(verdict !== 'failing')])),
      status: okIf(view.report.verdict !== 'failing'),
    };
    return `${jsonText(body)}\n`;
  },
};

function okIf(isRight: boolean): string {
  return isRight ? 'ok' : 'nok';
}
