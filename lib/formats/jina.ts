/** What a gateway of Jina answers to a dry run, over HTTP, WebSocket and gRPC. */
import { outagesIn } from '../engine/outages.ts';
import { pathKey } from '../engine/tree.ts';
import type { CheckResult, Report } from '../engine/types.ts';
import { oneLine } from '../errors.ts';
import type { Format } from './format.ts';
import { jsonText } from './json-text.ts';
import { statusText } from './words.ts';

/** https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1 */
const NORMAL = 1000;
const INTERNAL_ERROR = 1011;

/** Jina's `StatusProto`. It tells one exception. */
export interface DryRun {
  /** `SUCCESS` is 0, `ERROR` is 1. */
  readonly code: 0 | 1;
  readonly description: string;
  readonly exception: {
    readonly name: string;
    readonly args: readonly string[];
    readonly stacks: readonly string[];
    readonly executor: string;
  } | null;
}

export const jina: Format = {
  contentType: 'application/json',
  // A gateway answers 200 always: its clients read the code.
  status: () => 200,
  render: ({ report }) => jsonText(dryRunOf(report)),
  webSocket({ report }) {
    const check = culpritIn(report);
    if (check === undefined) return { messages: { json: '{}', bytes: new Uint8Array() }, code: NORMAL, reason: '' };
    return { messages: { json: undefined, bytes: undefined }, code: INTERNAL_ERROR, reason: descriptionOf(check) };
  },
};

/** The exception is that of the check that tells what is wrong, with its path as the executor. */
export function dryRunOf(report: Report): DryRun {
  const check = culpritIn(report);
  if (check?.error === undefined) return { code: 0, description: '', exception: null };
  const { code: name, message } = check.error;
  // In a summary, there is no message. The stacks of ours would tell nothing about what is checked.
  const args = message === '' ? [] : [oneLine(message)];
  const exception = { name, args, stacks: [], executor: pathKey(check.path) };
  return { code: 1, description: descriptionOf(check), exception };
}

/** The check that tells what is wrong; undefined while the namespace does not fail. */
function culpritIn({ verdict, result }: Report): CheckResult | undefined {
  return verdict === 'failing' ? outagesIn(result)[0]?.teller : undefined;
}

function descriptionOf(check: CheckResult): string {
  return `${pathKey(check.path)}: ${statusText(check)}`;
}
