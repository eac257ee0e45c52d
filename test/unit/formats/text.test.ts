import { describe, expect, it } from 'vitest';
import { text } from '../../../lib/formats/text.ts';
import type { CheckResult } from '../../../lib/engine/types.ts';
import { groupResult, HOSTILE_NAMES, viewAt, resultAt } from '../../support/reports.ts';

const lines = (...parts: CheckResult[]) => text.render(viewAt(groupResult('', ...parts))).split('\n');
const error = { code: 'UnhealthyError', message: 'too deep' } as const;

describe('the text format', () => {
  it('shows the verdict on its first line and ends with a line feed', () => {
    expect(lines(resultAt('a'))).toEqual(['working healthgate:passing 1 of 1 checks work', 'working  0.012s a', '']);
    expect(lines()).toEqual(['working healthgate:passing 0 of 0 checks work', '']);
  });

  it.each([
    ['working', 'passing', 2, {}],
    ['degraded', 'passing', 1, { error, critical: false }],
    ['failing', 'failing', 1, { error }],
  ])('shows on its first line, when %s, that it is %s', (verdict, word, working, overrides) => {
    expect(lines(resultAt('a'), resultAt('b', overrides))[0]).toBe(
      `${verdict} healthgate:${word} ${String(working)} of 2 checks work`,
    );
  });

  it('shows the string that readers look for on its first line alone, whatever names and messages are', () => {
    const name = 'x healthgate:passing HEALTHGATE:PASSING healthgate:failing';
    const rendered = lines(resultAt([name], { error: { ...error, message: name }, runbook: `https://x/${name}` }));
    expect(rendered[0]).toBe('failing healthgate:failing 0 of 1 checks work');
    expect(rendered.slice(1).join('')).not.toMatch(/healthgate:(?:passing|failing)/i);
  });

  it('has its first line within 5,120 bytes for the largest namespace', () => {
    const checks = Array.from({ length: 1000 }, (_, index) => resultAt(['日'.repeat(200), String(index)], { error }));
    expect(Buffer.byteLength(lines(...checks)[0] ?? '')).toBeLessThan(100);
  });

  it('shows a line for each check, worst first, otherwise in the order of the document', () => {
    const minor = { error, critical: false };
    const checks = [
      resultAt('1'),
      resultAt('2', minor),
      resultAt('3', { error }),
      resultAt('0'),
      resultAt('x', { error }),
    ];
    expect(lines(...checks).slice(1, -1)).toEqual([
      'failing  0.012s 3 UnhealthyError: too deep',
      'failing  0.012s x UnhealthyError: too deep',
      'degraded 0.012s 2 UnhealthyError: too deep',
      'working  0.012s 1',
      'working  0.012s 0',
    ]);
  });

  it('shows what fails because of a cause right under it, and the largest outage first', () => {
    const of = (path: string) => ({ error, causes: [{ path }] });
    const shown = lines(
      resultAt('alone', { error }),
      resultAt('b1', of('b')),
      resultAt('a1', of('a')),
      resultAt('a', { error }),
      resultAt('b', { error }),
      resultAt('a2', of('a')),
    );
    expect(shown.slice(1, -1).map((line) => line.split(' ')[3])).toEqual(['a', 'a1', 'a2', 'b', 'b1', 'alone']);
  });

  it('shows causes before the checks that depend on them', () => {
    const names = lines(resultAt('symptom', { error, causes: [{ path: 'cause' }] }), resultAt('cause', { error }));
    expect(names[1]).toContain('cause');
    expect(names[2]).toContain('symptom');
  });

  it('says below the verdict that the observer may be cut off', () => {
    const view = viewAt(resultAt('a', { error }));
    const rendered = text.render({ ...view, report: { ...view.report, observerCutOff: true } }).split('\n');
    expect(rendered[0]).toMatch(/^failing /);
    expect(rendered[1]).toContain('may be cut off from the network');
    expect(rendered).toHaveLength(4);
  });

  it('shows the runbook only of checks that do not work', () => {
    const runbook = 'https://wiki.example/x';
    expect(lines(resultAt('a', { error, runbook }))[1]).toBe(
      'failing  0.012s a UnhealthyError: too deep (see https://wiki.example/x)',
    );
    expect(lines(resultAt('a', { runbook }))[1]).toBe('working  0.012s a');
  });

  it('shows one line for each check, whatever its name is', () => {
    const rendered = lines(...HOSTILE_NAMES.map((name) => resultAt([name], { error })));
    expect(rendered).toHaveLength(HOSTILE_NAMES.length + 2);
    expect(rendered.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    for (const line of rendered.slice(1, -1))
      expect(line).toMatch(/^failing {2}0\.012s \S.* UnhealthyError: too deep$/u);
  });
});
