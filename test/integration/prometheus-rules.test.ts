/** The generated rules, evaluated by Prometheus' own tool on the metrics of reports. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { CheckResult, Result } from '../../lib/engine/types.ts';
import { openmetrics } from '../../lib/formats/openmetrics.ts';
import type { Plan } from '../../lib/generate/consumer.ts';
import { prometheusRules } from '../../lib/generate/prometheus-rules.ts';
import { runCommand } from '../stack/command.ts';
import { planWith } from '../support/plans.ts';
import { groupResult, HOSTILE_NAMES, resultAt, viewAt } from '../support/reports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = await temporaryFolder();
afterAll(() => folder.remove());

const plan = await planWith();
const error = { code: 'TimeoutError', message: 'no answer' } as const;

/** The alerts that fire ten minutes after these checks have begun to fail, as `severity check`. */
async function firing(of: Plan, broken: readonly string[], impaired: readonly string[] = []): Promise<string[]> {
  const results = of.checks.map(({ path, critical }): CheckResult => {
    const name = path.join('/');
    if (impaired.includes(name)) return resultAt(path, { critical, error, verdict: 'degraded' });
    return resultAt(path, { critical, ...(broken.includes(name) && { error }) });
  });
  return firingOn(of, groupResult('', ...results));
}

async function firingOn(of: Plan, result: Result | undefined): Promise<string[]> {
  await writeFiles(of);
  const metrics = result === undefined ? '' : openmetrics.render(viewAt(result));
  const samples = [...metrics.matchAll(/^(?<series>healthgate_\w+\{.*\}) (?<value>\S+)$/gm)].map(({ groups }) => ({
    series: groups?.series ?? '',
    values: `${groups?.value ?? ''}+0x10`,
  }));
  // The tool has no way to ask which alerts fire: it shows those that were not expected.
  const names = ['HealthgateAddressFailing', 'HealthgateCheckFailing', 'HealthgateCheckImpaired', 'HealthgateNoReport'];
  const expected = names.map((alertname) => ({
    eval_time: '10m',
    alertname,
    exp_alerts: [{ exp_labels: { unexpected: 'yes' } }],
  }));
  const file = {
    rule_files: ['healthgate-prod.rules.yml'],
    evaluation_interval: '1m',
    tests: [{ interval: '1m', input_series: samples, alert_rule_test: expected }],
  };
  await writeFile(join(folder.path, 'test.yml'), stringify(file));
  const { output } = await runCommand('promtool', ['test', 'rules', join(folder.path, 'test.yml')], 20_000);
  expect(output).toContain('alertname: HealthgateNoReport');
  const got = [...output.matchAll(/got:\[(?<alerts>[^]*?)\n? *\]\n/g)].map(({ groups }) => groups?.alerts ?? '');
  return got
    .flatMap((alerts) => [...alerts.matchAll(/Labels:\{(?<labels>.*)\}/g)])
    .map(({ groups }) => alertIn(groups?.labels ?? ''))
    .sort();
}

function alertIn(labels: string): string {
  const label = (name: string) => new RegExp(`\\b${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(labels)?.[1];
  return `${label('severity') ?? ''} ${label('check') ?? label('alertname') ?? ''}`;
}

async function writeFiles(of: Plan): Promise<void> {
  for (const { name, text } of prometheusRules.generate(of)) await writeFile(join(folder.path, name), text);
}

describe('the generated rules fire', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['nothing while everything works', [], []],
    ['one alert for a check that fails alone', ['cache/data'], ['critical cache/data']],
    ['a warning for one that is not critical', ['reports'], ['warning reports']],
    [
      'one alert for a cause with its consequences',
      ['cache/data', 'celery/ping', 'celery/queues.high'],
      ['critical cache/data'],
    ],
    ['one alert for the middle of a chain', ['celery/ping', 'celery/queues.high'], ['critical celery/ping']],
    ['one alert for the end of a chain', ['celery/queues.high'], ['critical celery/queues.high']],
    ['one alert for an address', ['cache/data', 'cache/pages'], ['critical HealthgateAddressFailing']],
    [
      'one alert for an address with its consequences',
      ['cache/data', 'cache/pages', 'celery/ping', 'celery/queues.high'],
      ['critical HealthgateAddressFailing'],
    ],
    ['a warning for a cause that harms nothing', ['network'], ['warning network']],
    [
      'a critical alert for a cause that is not critical, but harms what is',
      ['network', 'say "hi" [a|b]'],
      ['critical network'],
    ],
    [
      'no critical alert for what is not critical and harms nothing, while something else fails',
      ['network', 'celery/ping'],
      ['critical celery/ping', 'warning network'],
    ],
    ['two alerts for two causes', ['cache/data', 'reports'], ['critical cache/data', 'warning reports']],
  ])('%s', async (_name, broken, alerts) => {
    expect(await firing(plan, broken)).toEqual(alerts);
  });

  test('a warning and nothing else for a critical check that is merely impaired', async () => {
    expect(await firing(plan, [], ['cache/data'])).toEqual(['warning cache/data']);
  });

  test('an alert for each of two addresses', async () => {
    const at = (host: string, critical: boolean) => ({ kind: 'tcp', host, port: 1, critical });
    const [a, b] = [at('a.example', true), at('b.example', false)];
    const two = await planWith({ checks: { a1: a, a2: a, b1: b, b2: b } });
    expect(await firing(two, ['a1', 'a2', 'b1', 'b2'])).toEqual([
      'critical HealthgateAddressFailing',
      'warning HealthgateAddressFailing',
    ]);
  });

  test('one alert when there is no report', async () => {
    expect(await firingOn(plan, undefined)).toEqual(['critical HealthgateNoReport']);
  });

  test('an alert for each check of a circle, since none of them is a cause', async () => {
    const leaf = { kind: 'tcp', host: 'a.example', port: 1 };
    const circle = await planWith({
      checks: { a: { ...leaf, depends_on: ['b'] }, b: { ...leaf, port: 2, depends_on: ['a'] } },
    });
    expect(await firing(circle, ['a', 'b'])).toEqual(['critical a', 'critical b']);
  });

  test('one alert for the larger of two addresses, when it explains the smaller one', async () => {
    const on = (port: number, ...more: string[]) => ({
      ...{ kind: 'celery_queue', url: 'redis://big.example:1/0', queue: `q${String(port)}` },
      ...(more.length > 0 && { task: 'celery.accumulate', result_url: 'redis://small.example:2/0' }),
    });
    const both = await planWith({ checks: { a: on(1), b: on(2, 'small'), c: on(3, 'small') } });
    expect(await firing(both, ['a', 'b', 'c'])).toEqual(['critical HealthgateAddressFailing']);
    expect(await firing(both, ['b', 'c'])).toEqual(['critical HealthgateAddressFailing']);
  });
});

describe('promtool and amtool accept', () => {
  const names = HOSTILE_NAMES.filter((text) => text !== '');
  const leaf = { kind: 'tcp', host: 'db.example', description: '{{ template }} "quoted"' };
  // Two addresses, each of which several checks need.
  const checks = Object.fromEntries(names.map((name, index) => [name, { ...leaf, port: 1 + (index % 2) }]));

  test.each([
    ['the rules', 'promtool', ['check', 'rules', '--lint-fatal', 'healthgate-prod.rules.yml']],
    ['the scrape configuration', 'promtool', ['check', 'config', '--lint-fatal', '--syntax-only', 'prometheus.yml']],
    ['the configuration of Alertmanager', 'amtool', ['check-config', 'alertmanager.yml']],
  ])('%s, whatever the names of checks are', async (_name, program, args) => {
    await writeFiles(await planWith({ checks }));
    const file = join(folder.path, args.at(-1) ?? '');
    const { ok, output } = await runCommand(program, [...args.slice(0, -1), file], 20_000);
    expect(output).not.toMatch(/duplicate/i);
    expect({ ok, output }).toMatchObject({ ok: true });
  });
});
