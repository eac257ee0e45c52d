import type { Report } from '../engine/types.ts';

/** A way to write a report. Pure: knows no request and no kind of check. A new one is one file, and one line in `index.ts`. */
export interface Format {
  /** As in `?format=`. */
  readonly name: string;
  /** The `Content-Type` of the answer. */
  readonly contentType: string;
  /** The media type in an `Accept` header that stands for it; left out where only `?format=` does. */
  readonly mediaType?: string;
  /** HTTP status of the answer. */
  status(report: Report, failingStatus: number): number;
  render(report: Report): string;
}

/** The status of a format whose readers look at it: 200, unless a critical check fails. */
export function statusByVerdict(report: Report, failingStatus: number): number {
  return report.verdict === 'failing' ? failingStatus : 200;
}
