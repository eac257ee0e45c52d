/** Real readers of metrics: a Prometheus that scrapes `serve`, and the parser of Prometheus' Python client. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { openmetrics } from '../../lib/formats/openmetrics.ts';
import { planOf } from '../../lib/generate/plan.ts';
import { scrapeConfig } from '../../lib/generate/prometheus-scrape.ts';
import { runCommand } from '../stack/command.ts';
import { freePort, startProcess } from '../stack/process.ts';
import type { Running } from '../stack/process.ts';
import { PYTHON } from '../stack/python.ts';
import { serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';
import { documentText, namespaceOf, TOKEN } from '../support/namespace.ts';
import { groupResult, HOSTILE_TEXTS, reports, resultAt, viewAt, viewOf } from '../support/reports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = await temporaryFolder();
afterAll(() => folder.remove());

describe('a real Prometheus', () => {
  const checks = {
    vault: { kind: 'secrets_manager' },
    'say "hi" \\ there': { kind: 'tcp', host: '127.0.0.1', port: 1, critical: false },
  };
  let vault: Awaited<ReturnType<typeof temporaryFolder>>;
  let served: Served;
  let prometheus: Running;
  let api: string;

  beforeAll(async () => {
    vault = await temporaryFolder({ 'prod.json': documentText({ checks }) });
    served = await serveCli(['--vault', `file:${vault.path}`]);
    const port = await freePort();
    api = `http://127.0.0.1:${String(port)}`;
    const generated = parse(scrapeConfig(planOf(await namespaceOf({ checks }), served.url), [])) as {
      scrape_configs: Record<string, unknown>[];
    };
    const [job] = generated.scrape_configs;
    // The second job picks the format by the header that Prometheus itself sends.
    const jobs = [
      { ...job, scrape_interval: '1s', scrape_timeout: '1s' },
      { ...job, job_name: 'by-accept', params: {}, scrape_interval: '1s', scrape_timeout: '1s' },
    ];
    await writeFile(join(folder.path, 'prometheus.yml'), stringify({ scrape_configs: jobs }));
    await writeFile(join(folder.path, 'healthgate-prod.token'), TOKEN);
    prometheus = await startProcess({
      name: 'prometheus',
      command: 'prometheus',
      args: [
        `--web.listen-address=127.0.0.1:${String(port)}`,
        `--config.file=${join(folder.path, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder.path, 'data')}`,
      ],
      folder: folder.path,
      ready: async () => {
        if (!(await fetch(`${api}/-/ready`)).ok) throw new Error('not ready');
      },
    });
  });

  afterAll(async () => {
    await prometheus.stop();
    await served.stop();
    await vault.remove();
  });

  /** The samples that a query finds, as soon as it finds any. */
  async function samplesOf(query: string): Promise<{ metric: Record<string, string>; value: number }[]> {
    for (;;) {
      const response = await fetch(`${api}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data } = (await response.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      if (data.result.length > 0) return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
      await sleep(200);
    }
  }

  test.each(['healthgate-prod', 'by-accept'])('scrapes the metrics, as job %s', async (job) => {
    const states = await samplesOf(`healthgate_check_state{job="${job}"} == 1`);
    expect(
      states
        .map(({ metric }) => [metric.namespace, metric.check, metric.critical, metric.healthgate_check_state])
        .sort(),
    ).toEqual([
      ['prod', 'say "hi" \\ there', 'false', 'degraded'],
      ['prod', 'vault', 'true', 'working'],
    ]);
    const [verdict] = await samplesOf(`healthgate_verdict{job="${job}"} == 1`);
    expect(verdict?.metric.healthgate_verdict).toBe('degraded');
    expect(await samplesOf(`healthgate_build_info{job="${job}"}`)).toHaveLength(1);
    expect(await samplesOf(`healthgate_report_age_seconds{job="${job}"} >= 0`)).toHaveLength(1);
  });

  test('finds nothing wrong with what it scrapes', async () => {
    await samplesOf('up == 1');
    const response = await fetch(`${api}/api/v1/targets`);
    const { data } = (await response.json()) as { data: { activeTargets: { lastError: string }[] } };
    expect(data.activeTargets.map(({ lastError }) => lastError)).toEqual(['', '']);
  });
});

describe("the parser of Prometheus' Python client", () => {
  const hostile = groupResult(
    '',
    ...HOSTILE_TEXTS.map((text) =>
      resultAt([text], {
        kind: text,
        stages: [{ name: text, startMs: 0, durationMs: 1 }],
        observed: [{ name: text, label: text, unit: text, value: 1 }],
      }),
    ),
  );
  const all = Object.values(reports).map((report) => viewOf(report));

  test.each([...all, viewAt(hostile)])('accepts report %# whole', async (view) => {
    const file = join(folder.path, 'metrics.txt');
    await writeFile(file, openmetrics.render(view));
    const script =
      'import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse; ' +
      "print(sum(len(family.samples) for family in parse(open(sys.argv[1], encoding='utf-8', newline='').read())))";
    const { ok, output } = await runCommand(PYTHON, ['-c', script, file], 20_000);
    const samples = openmetrics
      .render(view)
      .split('\n')
      .filter((line) => /^[a-z]/.test(line)).length;
    expect({ ok, output: output.trim() }).toEqual({ ok: true, output: String(samples) });
  });
});
