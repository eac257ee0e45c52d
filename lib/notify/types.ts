/** The types of targets. Each is loaded when a document first names it. */
import type { TargetType } from './target.ts';

export interface Registered {
  readonly type: string;
  load(): Promise<TargetType>;
}

export const targetTypes: readonly Registered[] = [
  { type: 'statuspage', load: async () => (await import('./statuspage.ts')).statuspage },
  { type: 'instatus', load: async () => (await import('./instatus.ts')).instatus },
  { type: 'slack', load: async () => (await import('./slack.ts')).slack },
  { type: 'teams', load: async () => (await import('./teams.ts')).teams },
  { type: 'webhook', load: async () => (await import('./webhook.ts')).webhook },
  { type: 'pagerduty', load: async () => (await import('./pagerduty.ts')).pagerduty },
  { type: 'opsgenie', load: async () => (await import('./opsgenie.ts')).opsgenie },
  { type: 'uptime_kuma', load: async () => (await import('./uptime-kuma.ts')).uptimeKuma },
  { type: 'heartbeat', load: async () => (await import('./heartbeat.ts')).heartbeat },
  { type: 'sns', load: async () => (await import('./sns.ts')).sns },
  { type: 'email', load: async () => (await import('./email.ts')).email },
];
