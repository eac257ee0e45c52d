import type { Report } from '../engine/types.ts';

/** What a format may show: a report, and who asked for it. */
export interface View {
  readonly report: Report;
  /** Milliseconds since the run ended. */
  readonly ageMs: number;
  readonly namespace: ViewedNamespace;
  /** Names from the top of the tree to the part that the report is of; empty for the whole. */
  readonly part: readonly string[];
}

/** What of a namespace a format may know: nothing that is secret. */
export interface ViewedNamespace {
  readonly name: string;
  /** HTTP status of a failing report. */
  readonly failingStatus: number;
}

/** A way to write a report. Pure: knows no request and no kind of check. A new one is one file, and one line in `index.ts`. */
export interface Format {
  /** The `Content-Type` of the answer. */
  readonly contentType: string;
  /** Further headers of the answer, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** HTTP status of the answer. */
  status(view: View): number;
  render(view: View): string;
}

/** What a format may need beside the report. */
export type Need = 'history';

/** A format as the registry holds it: what must be known to choose it. */
export interface FormatEntry {
  /** As in `?format=`. */
  readonly name: string;
  /** The media type in an `Accept` header that stands for it; left out where only `?format=` does. */
  readonly mediaType?: string;
  /** What it cannot do without. Where the deployment does not have it, the format counts as unknown. */
  readonly needs?: readonly Need[];
  /** Loads it, so that a heavy format costs nothing until somebody asks for it. */
  load(): Format | Promise<Format>;
}

/** The status of a format whose readers look at it: 200, unless a critical check fails. */
export function statusByVerdict({ report, namespace }: View): number {
  return report.verdict === 'failing' ? namespace.failingStatus : 200;
}
