/** The types of targets. Each is loaded when a document first names it. */
import type { TargetType } from './target.ts';

export interface Registered {
  readonly type: string;
  load(): Promise<TargetType>;
}

export const targetTypes: readonly Registered[] = [
  { type: 'slack', load: async () => (await import('./slack.ts')).slack },
  { type: 'webhook', load: async () => (await import('./webhook.ts')).webhook },
];
