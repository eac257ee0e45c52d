/** A notice of an outage, for tests that send it on. */
import type { Change } from '../../lib/history/change.ts';
import type { PlannedNotice } from '../../lib/history/notice.ts';

const AT = Date.UTC(2026, 10, 26, 12);

export function noticeOf(change: Partial<Change> = {}, notice: Partial<PlannedNotice> = {}): PlannedNotice {
  return {
    id: 'notice-1',
    target: 'slack-0123456789ab',
    kind: 'change',
    change: {
      id: 'change-1',
      outage: 'outage-1',
      namespace: 'shop',
      path: 'cache/data',
      from: 'up',
      to: 'down',
      since: AT,
      at: AT + 60_000,
      causes: [],
      consequences: [],
      ...change,
    },
    began: AT,
    number: 0,
    ...notice,
  };
}
