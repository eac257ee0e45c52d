/** Stand-ins for the interfaces of Statuspage and Instatus, which keep incidents and components as these do. */
import type { FixedAnswer } from './fixed-answer.ts';
import type { Recorded } from './recording-server.ts';

interface Kept {
  readonly id: string;
  readonly [key: string]: unknown;
}

/** Of a list, unless the request says how many. */
const MOST_LISTED = 50;

export class StatusPages {
  /** The latest first, as both list them. */
  readonly incidents: Kept[] = [];
  readonly components = new Map<string, unknown>();
  /** Texts of all updates, of all incidents. */
  readonly updates: string[] = [];
  /** What is answered instead of the list of components. */
  list?: FixedAnswer;

  answer({ method, path, body }: Recorded): FixedAnswer {
    const { pathname, searchParams: query } = new URL(path, 'http://pages.example');
    const asked = `${method} ${pathname}`;
    const sent = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
    const [, component] = /\/components\/(\w+)$/.exec(pathname) ?? [];
    if (component !== undefined) {
      this.components.set(component, (sent.component as { status?: unknown } | undefined)?.status ?? sent.status);
      return json({ id: component });
    }
    const most = Number(query.get('per_page') ?? query.get('limit') ?? MOST_LISTED);
    if (asked.endsWith('/components'))
      return this.list ?? json([...this.components].map(([id, status]) => ({ id, status })).slice(0, most));
    if (method === 'GET') {
      const isAsked = ({ status }: Kept) => query.get('status')?.split(',').includes(String(status)) ?? true;
      const isOpen = ({ status }: Kept) => !pathname.endsWith('/unresolved') || status !== 'resolved';
      return json(this.incidents.filter((incident) => isAsked(incident) && isOpen(incident)).slice(0, most));
    }
    const fields = (sent.incident ?? sent) as Record<string, unknown>;
    this.updates.push(String(fields.body ?? fields.message));
    if (/^POST .*\/incidents$/.test(asked)) {
      const incident = { id: `i${String(this.incidents.length + 1)}`, ...fields };
      this.incidents.unshift(incident);
      return json(incident, 201);
    }
    const [, id] = /\/incidents\/(\w+)/.exec(pathname) ?? [];
    const index = this.incidents.findIndex((incident) => incident.id === id);
    const found = this.incidents[index];
    if (found === undefined) return { status: 404, body: '{"error":"not found"}' };
    const resolved = fields.status === 'RESOLVED' ? { resolved: fields.started } : {};
    this.incidents[index] = { ...found, ...fields, ...resolved };
    return json(this.incidents[index]);
  }
}

function json(value: unknown, status = 200): FixedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
