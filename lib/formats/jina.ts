/** What a gateway of Jina answers at `/dry_run`, over HTTP and over WebSocket. */
import { outagesIn } from '../engine/outages.ts';
import { pathKey } from '../engine/tree.ts';
import type { CheckResult } from '../engine/types.ts';
import type { Format, View } from './format.ts';
import { jsonText } from './json-text.ts';
import { statusText } from './words.ts';

/** https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1 */
const NORMAL = 1000;
const INTERNAL_ERROR = 1011;

export const jina: Format = {
  contentType: 'application/json',
  // A gateway answers 200 always: its clients read the code.
  status: () => 200,
  render(view) {
    const check = culpritIn(view);
    if (check?.error === undefined) return '{"code":0,"description":"","exception":null}';
    const { code, message } = check.error;
    const args = message === '' ? [] : [statusText(check)];
    return jsonText({
      code: 1,
      description: descriptionOf(check),
      // The stacks of ours would tell nothing about what is checked.
      exception: { name: code, args, stacks: [], executor: '' },
    });
  },
  webSocket(view) {
    const check = culpritIn(view);
    if (check === undefined) return { messages: { json: '{}', bytes: new Uint8Array() }, code: NORMAL, reason: '' };
    return { messages: { json: undefined, bytes: undefined }, code: INTERNAL_ERROR, reason: descriptionOf(check) };
  },
};

/** The check that tells what is wrong; undefined while the namespace does not fail. */
function culpritIn({ report }: View): CheckResult | undefined {
  return report.verdict === 'failing' ? outagesIn(report.result)[0]?.teller : undefined;
}

function descriptionOf(check: CheckResult): string {
  return `${pathKey(check.path)}: ${statusText(check)}`;
}
