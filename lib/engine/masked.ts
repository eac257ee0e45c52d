/** Hides values in the texts of results, before anybody formats them. */
import { hideAll } from '../hide.ts';
import type { Hide } from '../hide.ts';
import type { Figure, FigureValue } from './figures.ts';
import type { Cause, CheckResult } from './types.ts';

/** The result of a check without these values. A value that happens to equal the kind or the scheme stays. */
export function masked(result: CheckResult, values: readonly string[]): CheckResult {
  if (values.length === 0) return result;
  const [scheme = ''] = result.target.split(' ', 1);
  const hide = hideAll(values.filter((value) => value !== scheme && value !== result.kind));
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

function maskedCause(cause: Cause, hide: Hide): Cause {
  return 'address' in cause ? { ...cause, address: hide(cause.address) } : cause;
}

function maskedFigure(figure: Figure, hide: Hide): Figure {
  return { ...figure, value: maskedValue(figure.value, hide) };
}

function maskedValue(value: FigureValue, hide: Hide): FigureValue {
  if (typeof value === 'string') return hide(value);
  return isTexts(value) ? value.map(hide) : value;
}

function isTexts(value: FigureValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
