/** Stand-ins for the interfaces of Statuspage and Instatus, which keep incidents and components as these do. */
import type { FixedAnswer } from './fixed-answer.ts';
import type { Recorded } from './recording-server.ts';

interface Kept {
  readonly id: string;
  readonly [key: string]: unknown;
}

export class StatusPages {
  /** The latest first, as both list them. */
  readonly incidents: Kept[] = [];
  readonly components = new Map<string, unknown>();
  /** Texts of all updates, of all incidents. */
  readonly updates: string[] = [];

  answer({ method, path, body }: Recorded): FixedAnswer {
    const asked = `${method} ${path}`;
    const sent = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
    const [, component] = /\/components\/(\w+)$/.exec(path) ?? [];
    if (component !== undefined) {
      this.components.set(component, (sent.component as { status?: unknown } | undefined)?.status ?? sent.status);
      return json({ id: component });
    }
    if (method === 'GET')
      return json(this.incidents.filter(({ status }) => !path.endsWith('/unresolved') || status !== 'resolved'));
    const fields = (sent.incident ?? sent) as Record<string, unknown>;
    this.updates.push(String(fields.body ?? fields.message));
    if (/^POST .*\/incidents$/.test(asked)) {
      const incident = { id: `i${String(this.incidents.length + 1)}`, ...fields };
      this.incidents.unshift(incident);
      return json(incident, 201);
    }
    const [, id] = /\/incidents\/(\w+)/.exec(path) ?? [];
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
