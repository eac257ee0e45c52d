/** Hides values in the texts of results, before anybody formats them. */
import type { Hide } from '../hide.ts';
import type { Figure, FigureValue } from './figures.ts';
import type { Cause, CheckResult } from './types.ts';

type HideText = (text: string) => string;

/** The result of a check without what `hideAny` hides. A value that happens to equal the kind or the scheme stays. */
export function masked(result: CheckResult, hideAny: Hide): CheckResult {
  const [scheme = ''] = result.target.split(' ', 1);
  const shown = [scheme, result.kind];
  const hide = (text: string) => hideAny(text, shown);
  const { target, observed, causes, error, description, runbook } = result;
  return {
    ...result,
    target: hide(target),
    observed: observed.map((figure) => maskedFigure(figure, hide)),
    causes: causes.map((cause) => maskedCause(cause, hide)),
    ...(error && { error: { ...error, message: hide(error.message) } }),
    ...(description !== undefined && { description: hide(description) }),
    ...(runbook !== undefined && { runbook: hide(runbook) }),
  };
}

function maskedCause(cause: Cause, hide: HideText): Cause {
  return 'address' in cause ? { ...cause, address: hide(cause.address) } : cause;
}

function maskedFigure(figure: Figure, hide: HideText): Figure {
  return { ...figure, value: maskedValue(figure.value, hide) };
}

function maskedValue(value: FigureValue, hide: HideText): FigureValue {
  if (typeof value === 'string') return hide(value);
  return isTexts(value) ? value.map(hide) : value;
}

function isTexts(value: FigureValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
