import { pathKey } from '../engine/tree.ts';
import { shortLine } from '../errors.ts';
import type { View } from './format.ts';
import { countOf } from './whole.ts';

/** Characters of a badge's label. */
const MAX_LABEL_LENGTH = 60;

/** Both sides of a badge: `prod/cache` and `degraded, 2 of 3 work`. */
export function badgeTexts({ report, namespace, part }: View): { readonly label: string; readonly message: string } {
  const { working, all } = countOf(report.result);
  const label = [namespace.name, ...(part.length > 0 ? [pathKey(part)] : [])].join('/');
  return {
    label: shortLine(label, MAX_LABEL_LENGTH),
    message: working === all ? report.verdict : `${report.verdict}, ${String(working)} of ${String(all)} work`,
  };
}
