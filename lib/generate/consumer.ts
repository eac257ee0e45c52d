/** What makes the configuration of a program that reads the endpoint. */
import type { Check } from '../engine/types.ts';

/** What the files are made from: a namespace, without anything secret. */
export interface Plan {
  readonly namespace: string;
  /** The base URL of the endpoint, without a slash at its end. */
  readonly url: string;
  /** All checks, in the order of the document. */
  readonly checks: readonly PlannedCheck[];
  /** Seconds after which a run has ended. */
  readonly deadline: number;
  /** HTTP status of a failing report. */
  readonly failingStatus: number;
}

export type PlannedCheck = Pick<
  Check,
  'path' | 'kind' | 'critical' | 'description' | 'runbook' | 'dependsOn' | 'needs' | 'timeoutMs'
>;

export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
}

/** A new one takes one file, and one line in `index.ts`. */
export interface Consumer {
  /** The file that the consumer reads, and further ones that it can be used with. They hold no token. */
  readonly generate: (plan: Plan) => readonly [GeneratedFile, ...GeneratedFile[]];
  /** Where people put the token, for `it goes into …`; left out if the consumer needs none. */
  readonly token?: (plan: Plan) => string;
}

export interface ConsumerEntry {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  load(): Promise<Consumer>;
}

/** What the text of a report contains while the namespace is working or degraded, whatever its `failing_status` is. */
export const PASSING = 'healthgate:passing';

/** Seconds that a reader leaves the network in addition to a run. */
const MARGIN = 2;

/** Seconds after which a reader gives up: a little more than a run may take. */
export function patienceFor({ deadline }: Plan): number {
  return Math.ceil(deadline) + MARGIN;
}

/** The URL of the whole report, with the token in a header. */
export function reportUrl({ url }: Plan, format: string): string {
  return `${url}/api/health/?format=${format}`;
}

/** Where people read the report, as documents write it: files hold no token. */
export function pageUrl({ url }: Plan): string {
  return `${url}/api/health/<access_token>/`;
}
