/** The report for readers who may see names, verdicts and times, and nothing else. */
import { isGroup } from '../engine/types.ts';
import type { Report, Result } from '../engine/types.ts';

/** A report without messages, causes, targets, runbooks, descriptions, figures and stages. */
export function summaryOf(report: Report): Report {
  return { ...report, result: bare(report.result), observerCutOff: false };
}

function bare(result: Result): Result {
  if (isGroup(result)) return { ...result, parts: result.parts.map(bare) };
  const { name, path, kind, verdict, critical, startMs, durationMs, error } = result;
  return {
    ...{ name, path, kind, verdict, critical, startMs, durationMs },
    ...(error && { error: { ...error, message: '' } }),
    target: '',
    stages: [],
    observed: [],
    causes: [],
  };
}
