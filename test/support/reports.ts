/** Reports as a run returns them, to test formats with. */
import type { CheckResult, Failure, GroupResult, Report, Result } from '../../lib/engine/types.ts';
import type { View } from '../../lib/formats/format.ts';
import { worst } from '../../lib/engine/verdict.ts';

/** The result of a check with this path (a list of names if they contain slashes). It works unless it has an error. */
export function resultAt(path: string | readonly string[], overrides: Partial<CheckResult> = {}): CheckResult {
  const names = typeof path === 'string' ? path.split('/') : path;
  const critical = overrides.critical ?? true;
  return {
    name: names.at(-1) ?? '',
    path: names,
    kind: 'tcp',
    target: 'tcp db.example:5432',
    verdict: overrides.error === undefined ? 'working' : critical ? 'failing' : 'degraded',
    critical,
    startMs: 0,
    durationMs: 12,
    stages: [],
    observed: [],
    causes: [],
    ...overrides,
  };
}

export function groupResult(name: string, ...parts: readonly Result[]): GroupResult {
  return { name, verdict: worst(parts.map(({ verdict }) => verdict)), parts };
}

export function reportOf(result: Result): Report {
  return {
    namespace: 'prod',
    verdict: result.verdict,
    startedAt: 1_700_000_000_000,
    durationMs: 2345.6,
    result,
    observerCutOff: false,
  };
}

const refused: Failure = {
  code: 'ConnectionError',
  message: 'connection refused by redis cache.example:6379; is it running and listening there?',
};
const timedOut: Failure = {
  code: 'TimeoutError',
  message: 'no answer within 2 s from tcp db.example:5432',
};

const runbook = 'https://wiki.example/runbooks/redis';

/** Names that break careless code: quotes, slashes, control characters, markup, numbers, inherited properties. */
export const HOSTILE_NAMES = [
  'say "hi" \\ there',
  'a/b',
  'tab\tline\nfeed\u0000\u001b[31m',
  '</script><script>alert(1)</script>',
  '&amp; ]]> %s ${x}',
  '10',
  '2',
  '__proto__',
  'constructor',
  'right\u202eleft\u2028line',
  'é 日本 🎉',
  ' ',
  '',
];

/** Texts that break careless code, in a message. */
export const HOSTILE_TEXTS = [
  ...HOSTILE_NAMES,
  'x'.repeat(10_000),
  '日'.repeat(10_000),
  '\u202eevil\u202c \u2066isolated\u2069',
  'c1 \u0085\u009b31m \u007f',
  'half \ud83d of a pair',
  'not in XML \ufffe\uffff',
  'healthgate:passing healthgate:failing',
  '\n# EOF\nhealthgate_verdict 1',
];

/** One report of each sort, by a readable name. */
export const reports: Readonly<Record<string, Report>> = {
  working: reportOf(
    groupResult(
      '',
      groupResult(
        'cache',
        resultAt('cache/data', { description: 'Sessions', runbook }),
        resultAt('cache/pages', { durationMs: 0.4 }),
      ),
      resultAt('postgres', { durationMs: 1234.5 }),
    ),
  ),
  degraded: reportOf(
    groupResult(
      '',
      groupResult(
        'cache',
        resultAt('cache/data'),
        resultAt('cache/pages', { critical: false, error: refused, runbook }),
      ),
    ),
  ),
  failing: reportOf(
    groupResult(
      '',
      resultAt('vault'),
      groupResult(
        'celery',
        resultAt('celery/ping', {
          error: timedOut,
          causes: [{ path: 'cache/data' }],
          durationMs: 2001,
        }),
        groupResult(
          'queues',
          groupResult('deep', resultAt('celery/queues/deep/high_priority', { critical: false, error: timedOut })),
        ),
      ),
      groupResult('cache', resultAt('cache/data', { error: refused, runbook, durationMs: 3 })),
      groupResult('empty'),
    ),
  ),
  'one cause': {
    ...reportOf(
      groupResult(
        '',
        resultAt('cache/data', {
          kind: 'redis',
          error: refused,
          causes: [{ address: 'cache.example:6379', others: 1 }],
          runbook,
          stages: [
            { name: 'resolving', startMs: 0, durationMs: 1.25 },
            { name: 'connecting', startMs: 1.25, durationMs: 1.75 },
          ],
          durationMs: 3,
        }),
        resultAt('cache/pages', {
          kind: 'redis',
          critical: false,
          error: refused,
          causes: [{ address: 'cache.example:6379', others: 1 }],
        }),
        resultAt('celery:ping', { error: timedOut, causes: [{ path: 'cache/data' }] }),
        resultAt('queue', {
          kind: 'celery_queue',
          error: { code: 'UnhealthyError', message: 'the queue is too deep', degraded: true },
          verdict: 'degraded',
          stages: [
            { name: 'query', startMs: 0, durationMs: 1 },
            { name: 'canary', startMs: 1, durationMs: 2 },
            { name: 'query', startMs: 3, durationMs: 4.5 },
          ],
          observed: [
            { name: 'depth', label: 'messages waiting', unit: 'messages', value: 1234 },
            { name: 'workers', label: 'workers', unit: '', value: ['w1@host', 'w2@host'] },
            { name: 'state', label: 'state', unit: '', value: 'full' },
            { name: 'lag', label: 'lag', unit: 'seconds', value: [{ at: 1_700_000_000_000, value: 0.5 }] },
          ],
        }),
      ),
    ),
    observerCutOff: true,
  },
  'single leaf': reportOf(resultAt('cache/data', { error: refused })),
  'hostile names': reportOf(
    groupResult(
      '',
      ...HOSTILE_NAMES.map((name) =>
        resultAt([name], { error: { code: 'UnhealthyError', message: 'say "hi" <b>&\\' } }),
      ),
    ),
  ),
};

/** Which checks of these reports play which role. */
const ROLES: View['namespace']['roles'] = { db: [['postgres']], redis: [['cache']] };

/** The report as a format sees it. */
export function viewOf(report: Report, overrides: Partial<View> = {}): View {
  const namespace = { name: report.namespace, failingStatus: 503, maxAgeMs: 5000, roles: ROLES };
  return { report, ageMs: 0, part: [], summary: false, query: new URLSearchParams(), namespace, ...overrides };
}

/** A report of that result as a format sees it. */
export function viewAt(result: Result): View {
  return viewOf(reportOf(result));
}
