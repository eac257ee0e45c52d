/** Writes expressions of Prometheus. */
import { pathKey } from '../engine/tree.ts';
import { shortLine } from '../errors.ts';
import { labelValue } from '../formats/metric-labels.ts';
import type { PlannedCheck } from './consumer.ts';

/** The label `check` of a check's metrics. */
export function checkLabel({ path }: PlannedCheck): string {
  return labelValue(pathKey(path));
}

/** `{namespace="prod",check=~"a|b"}`. A list matches any of its values. */
export function selector(labels: Readonly<Record<string, string | readonly string[]>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => {
    if (typeof value === 'string') return `${name}=${quoted(value)}`;
    const [only] = value;
    if (value.length === 1 && only !== undefined) return `${name}=${quoted(only)}`;
    return `${name}=~${quoted(value.map(escapedPattern).join('|'))}`;
  });
  return `{${matchers.join(',')}}`;
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** https://github.com/google/re2/wiki/Syntax */
function escapedPattern(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** A text of an alert, on one line. Labels and annotations are templates: https://pkg.go.dev/text/template */
export function templateText(text: string): string {
  return shortLine(text, text.length).replaceAll('{{', '{{ "{{" }}');
}
