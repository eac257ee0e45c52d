/** What a target is sent to try it: an outage of nothing, and its end. */
import { identity } from '../history/identity.ts';
import type { Notice, NoticeRule } from '../history/notices.ts';

/** Stands where the path of a check would, so that no program takes it for one. */
const SUBJECT = 'Test notice';
const WORDS = 'Test: this is a test notice of healthgate, nothing is down';

interface Test {
  readonly namespace: string;
  /** When the test began, in milliseconds since 1970. All that one target is sent since then is one outage. */
  readonly began: number;
  readonly now: number;
}

/** The notices that try a target, in this order. A beat that fails would raise an alarm that no other beat ends. */
export function testsOf({ every }: NoticeRule): readonly ['down', 'up'] | readonly ['up'] {
  return every ? ['up'] : ['down', 'up'];
}

export function testNotice({ target, every }: NoticeRule, { namespace, began, now }: Test, to: 'down' | 'up'): Notice {
  const outage = identity('test', namespace, target, began);
  const change = {
    id: identity('test change', outage, to),
    outage,
    namespace,
    path: SUBJECT,
    from: to === 'up' ? ('down' as const) : ('up' as const),
    to,
    since: now,
    at: now,
    error: WORDS,
    causes: [],
    consequences: [],
  };
  const id = identity('test notice', outage, to);
  const number = to === 'up' ? 1 : 0;
  return { id, target, kind: every ? 'beat' : 'change', change, began, number, notUp: [], isTest: true };
}
