/** A target of each type, as a document has it, with a secret part in everything that is secret. */
import type { Item } from '../../lib/document/lists.ts';

/** Stands in every key, every URL and every credential of the targets. */
export const SECRET_PART = 'secret-part-1';
const api_key = `${SECRET_PART}-of-the-key`;

/** @param url The server that plays all vendors. */
export function itemsAt(url: string): Readonly<Record<string, Item>> {
  return {
    statuspage: { api_key, page: 'P', components: { celery: 'C1', cache: 'C2' }, url },
    instatus: { api_key, page: 'P', components: { celery: 'C1', cache: 'C2' }, url },
    slack: { url: `${url}/services/T0/B0/${SECRET_PART}` },
    teams: { url: `${url}/workflows/${SECRET_PART}?sig=secret-sig` },
    webhook: { url: `${url}/hooks/${SECRET_PART}`, secret: `${SECRET_PART}-of-the-webhook` },
    pagerduty: { routing_key: SECRET_PART.padEnd(32, '0'), url },
    opsgenie: { api_key, url },
    uptime_kuma: { url: `${url}/api/push/${SECRET_PART}?status=up&msg=OK&ping=` },
    heartbeat: { url: `${url}/ping/${SECRET_PART}` },
    sns: { topic: 'arn:aws:sns:eu-central-1:123456789012:outages', url },
    email: { from: 'Healthgate <healthgate@shop.example>', to: ['ops@shop.example'], region: 'eu-central-1', url },
  };
}

/** Those types that are told after every sample. */
export const BEATING: ReadonlySet<string> = new Set(['uptime_kuma', 'heartbeat']);
