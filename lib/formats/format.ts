import type { Report, Roles } from '../engine/types.ts';
import type { HistoryView, Wanted } from '../history/view.ts';

/** What a format may show: a report, and the namespace and part that it is of. */
export interface View {
  readonly report: Report;
  /** Milliseconds since the run ended. */
  readonly ageMs: number;
  readonly namespace: ViewedNamespace;
  /** The names from the top of the tree to the part that the report is of; empty for the whole tree. */
  readonly part: readonly string[];
  /** Whether the reader may see no more than names, verdicts and times. The report then holds no more. */
  readonly summary: boolean;
  /** The query of the request, since a format may have parameters of its own. */
  readonly query: Pick<URLSearchParams, 'get'>;
  /** What the format wants of the history; undefined where the deployment has none, or it could not be read. */
  readonly history?: HistoryView | undefined;
  /** Whether there is a history that could not be read. */
  readonly isHistoryMissing?: boolean;
}

/** The part of a namespace that a format may use: nothing secret. */
export interface ViewedNamespace {
  readonly name: string;
  /** HTTP status of a failing report. */
  readonly failingStatus: number;
  /** Milliseconds for which a report is shared: a reader who asks more often gets the same one. */
  readonly maxAgeMs: number;
  /** Which checks play which role in the formats of other systems. */
  readonly roles: Roles;
}

/**
 * A way to write a report. Pure: it knows neither requests nor kinds of check. A new one takes one file, and one line
 * in `index.ts`.
 */
export interface Format {
  /** The `Content-Type` of the answer. */
  readonly contentType: string;
  /** Additional headers of the answer, by lower-case name. */
  headers?(view: View): Readonly<Record<string, string>>;
  /** HTTP status of the answer. */
  status(view: View): number;
  render(view: View): string;
  /** What of the history it shows; nothing unless given. */
  wants?(query: View['query']): Wanted;
  /** What a client gets that asks over WebSocket, where the format is for such clients. */
  webSocket?(view: View): WebSocketAnswer;
}

/** A message, and then the end of the connection. */
export interface WebSocketAnswer {
  /** The message for each subprotocol that a client may choose, the preferred one first; undefined for no message. */
  readonly messages: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1 */
  readonly code: number;
  /** At most 123 bytes are sent. */
  readonly reason: string;
}

/** What a deployment may have in addition to reports. */
export type Need = 'history';

/** A format in the registry: what must be known to choose it. */
export interface FormatEntry {
  /** The name in `?format=`. */
  readonly name: string;
  /** The media type that selects it in an `Accept` header; left out if only `?format=` does. */
  readonly mediaType?: string;
  /** What it needs. If the deployment does not have it, the format counts as unknown. */
  readonly needs?: readonly Need[];
  /** What it shows where the deployment has it. */
  readonly uses?: readonly Need[];
  /** Another way to write it, for queries with a parameter of their own. */
  readonly variant?: FormatVariant;
  /** Loads it, so that a heavy format costs nothing until somebody asks for it. */
  load(): Format | Promise<Format>;
}

export interface FormatVariant extends Pick<FormatEntry, 'needs' | 'load'> {
  /** The parameter that asks for it. */
  readonly parameter: string;
  /** What the parameter may be. */
  readonly values: RegExp;
}

/** @param has What the deployment has in addition to reports. */
export function isAvailable({ needs = [] }: Pick<FormatEntry, 'needs'>, has: readonly Need[]): boolean {
  return needs.every((need) => has.includes(need));
}

/** The status of a format whose readers rely on it: 200, unless a critical check fails. */
export function statusByVerdict({ report, namespace }: View): number {
  return report.verdict === 'failing' ? namespace.failingStatus : 200;
}
