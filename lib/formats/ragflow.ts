/** What RAGFlow answers at `/api/v1/system/healthz`, in the order of its documentation. */
import type { Role } from '../engine/types.ts';
import type { Format } from './format.ts';
import { jsonText } from './json-text.ts';
import { rolesPlayed } from './roles.ts';
import { statusText } from './words.ts';

const ROLES: readonly Role[] = ['db', 'redis', 'doc_engine', 'storage'];

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
      ...Object.fromEntries(played.map(({ role, verdict }) => [role, okIf(verdict !== 'failing')])),
      status: okIf(view.report.verdict !== 'failing'),
      ...(failures.length > 0 && { _meta: Object.fromEntries(failures) }),
    };
    return `${jsonText(body)}\n`;
  },
};

function okIf(isRight: boolean): string {
  return isRight ? 'ok' : 'nok';
}
