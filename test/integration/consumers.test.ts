/** The programs that generated configuration is for, on a real `serve`, or their own validators. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { blackbox } from '../../lib/generate/blackbox.ts';
import type { Plan } from '../../lib/generate/consumer.ts';
import { kubernetes } from '../../lib/generate/kubernetes.ts';
import { planOf } from '../../lib/generate/plan.ts';
import { route53 } from '../../lib/generate/route53.ts';
import { runCommand } from '../stack/command.ts';
import { freePort, startProcess } from '../stack/process.ts';
import type { Running } from '../stack/process.ts';
import { findProgram } from '../stack/programs.ts';
import { PYTHON } from '../stack/python.ts';
import { serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';
import { documentText, namespaceOf, TOKEN } from '../support/namespace.ts';
import { planWith } from '../support/plans.ts';
import { temporaryFolder } from '../support/temporary.ts';

const WORKS = { kind: 'secrets_manager' };
const FAILS = { kind: 'secrets_manager', secret: 'missing' };

/** Namespaces by their verdict. All names and messages hold the strings that readers look for. */
const NAMESPACES = {
  working: { 'healthgate:failing': WORKS },
  degraded: { a: WORKS, 'healthgate:failing': { ...FAILS, critical: false } },
  failing: { a: WORKS, 'healthgate:passing': FAILS },
};
const VERDICTS = Object.keys(NAMESPACES);
/** A failing report that is answered with 200, so that a reader has nothing but the text. */
const tokenOf = (verdict: string) => `${TOKEN}-${verdict}`;

let vault: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: typeof vault;
let served: Served;
const plans = new Map<string, Plan>();

beforeAll(async () => {
  const documents = Object.entries(NAMESPACES).map(([verdict, checks]) => [
    `${verdict}.json`,
    documentText({ access_tokens: [tokenOf(verdict)], checks, failing_status: 200 }),
  ]);
  vault = await temporaryFolder(Object.fromEntries(documents) as Record<string, string>);
  folder = await temporaryFolder();
  served = await serveCli(['--vault', `file:${vault.path}`]);
  for (const [verdict, checks] of Object.entries(NAMESPACES)) {
    const plan = planOf(await namespaceOf({ checks }), served.url);
    plans.set(verdict, { ...plan, namespace: verdict });
  }
});

afterAll(async () => {
  await served.stop();
  await vault.remove();
  await folder.remove();
});

const planFor = (verdict: string) => plans.get(verdict) ?? expect.fail(verdict);

describe('a real blackbox exporter', () => {
  let exporter: Running;
  let api: string;

  beforeAll(async () => {
    let modules = {};
    for (const verdict of VERDICTS) {
      const [file] = blackbox.generate(planFor(verdict));
      const content = parseAllDocuments(file.text)[0]?.toJS() as { modules: object };
      modules = { ...modules, ...content.modules };
      await writeFile(join(folder.path, `healthgate-${verdict}.token`), tokenOf(verdict));
    }
    await writeFile(join(folder.path, 'blackbox.yml'), stringify({ modules }));
    const port = await freePort();
    api = `http://127.0.0.1:${String(port)}`;
    exporter = await startProcess({
      name: 'blackbox',
      command: 'prometheus-blackbox-exporter',
      args: [`--config.file=${join(folder.path, 'blackbox.yml')}`, `--web.listen-address=127.0.0.1:${String(port)}`],
      folder: folder.path,
      ready: () => fetch(api),
    });
  });

  afterAll(() => exporter.stop());

  test.each([
    ['working', 1],
    ['degraded', 1],
    ['failing', 0],
  ])('finds, of a namespace that is %s, probe_success %d', async (verdict, success) => {
    const [, scrape] = blackbox.generate(planFor(verdict));
    const target = /- (?<url>http\S+)/.exec(scrape?.text ?? '')?.groups?.url ?? '';
    const query = new URLSearchParams({ module: `healthgate_${verdict}`, target });
    const text = await (await fetch(`${api}/probe?${query.toString()}`)).text();
    expect(text).toContain(`\nprobe_success ${String(success)}\n`);
    expect(text).toContain('\nprobe_http_status_code 200\n');
  });
});

describe('check_http, which looks for the string of the Route 53 health check,', () => {
  test.each([
    ['working', true],
    ['degraded', true],
    ['failing', false],
  ])('takes a namespace that is %s for healthy: %s', async (verdict, healthy) => {
    const [{ text }] = route53.generate(planFor(verdict));
    const template = parseAllDocuments(text)[0]?.toJS() as {
      Resources: { HealthCheck: { Properties: { HealthCheckConfig: Record<string, unknown> } } };
    };
    const config = template.Resources.HealthCheck.Properties.HealthCheckConfig;
    const path = (config.ResourcePath as { 'Fn::Sub': string })['Fn::Sub'];
    const url = path.replace('{{resolve:secretsmanager:${TokenSecret}:SecretString}}', tokenOf(verdict));
    const args = ['-H', String(config.FullyQualifiedDomainName), '-p', String(config.Port), '-u', url];
    const { ok, output } = await runCommand(
      findProgram('check_http') ?? 'check_http',
      [...args, '-s', String(config.SearchString)],
      20_000,
    );
    expect({ ok, output }).toMatchObject({ ok: healthy });
  });
});

describe('kubernetes', () => {
  test('has a Deployment that follows the schema of Kubernetes', async () => {
    const [{ text }] = kubernetes.generate(await planWith());
    const [deployment] = parseAllDocuments(text);
    const file = join(folder.path, 'deployment.yml');
    await writeFile(file, String(deployment));
    const program = join(dirname(PYTHON), 'kubernetes-validate');
    const { ok, output } = await runCommand(program, ['--strict', file], 60_000);
    expect({ ok, output }).toMatchObject({ ok: true });
  });

  test('has no liveness probe', async () => {
    expect(kubernetes.generate(await planWith())[0].text).not.toMatch(/livenessProbe/);
  });

  test.each([
    ['working', true],
    ['degraded', true],
    ['failing', false],
  ])('has a probe that finds, of a namespace that is %s, ready: %s', async (verdict, ready) => {
    const [{ text }] = kubernetes.generate({ ...planFor(verdict), url: served.url });
    const deployment = parseAllDocuments(text)[0]?.toJS() as {
      spec: { template: { spec: { containers: { readinessProbe: { exec: { command: string[] } } }[] } } };
    };
    const [program = '', ...args] = deployment.spec.template.spec.containers[0]?.readinessProbe.exec.command ?? [];
    const { ok, output } = await runCommand(program, args, 20_000, { HEALTHGATE_TOKEN: tokenOf(verdict) });
    expect({ ok, output }).toEqual({ ok: ready, output: '' });
  });
});

describe('route53', () => {
  test('passes cfn-lint', async () => {
    const file = join(folder.path, 'route53.yml');
    await writeFile(file, route53.generate(await planWith())[0].text);
    const { ok, output } = await runCommand(join(dirname(PYTHON), 'cfn-lint'), [file], 60_000);
    expect({ ok, output }).toEqual({ ok: true, output: '' });
  });
});
