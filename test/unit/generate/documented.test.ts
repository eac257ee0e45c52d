/**
 * Configuration for programs that these tests cannot run. It is compared with their documentation, or with the types in
 * their source.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { json } from '../../../lib/formats/json.ts';
import { gatus } from '../../../lib/generate/gatus.ts';
import { statuspage } from '../../../lib/generate/statuspage.ts';
import { synthetics } from '../../../lib/generate/synthetics.ts';
import { uptimeKuma } from '../../../lib/generate/uptime-kuma.ts';
import { upptime } from '../../../lib/generate/upptime.ts';
import { planWith } from '../../support/plans.ts';
import { groupResult, HOSTILE_NAMES, resultAt, viewAt } from '../../support/reports.ts';

const plan = await planWith();
const leaf = { kind: 'tcp', host: 'db.example', port: 1 };
const names = HOSTILE_NAMES.filter((name) => name !== '');
const hostile = await planWith({ checks: Object.fromEntries(names.map((name) => [name, leaf])) });
const url = v.pipe(v.string(), v.url());

/** https://github.com/TwiN/gatus#endpoints */
const gatusFile = v.strictObject({
  endpoints: v.array(
    v.strictObject({
      name: v.pipe(v.string(), v.nonEmpty()),
      group: v.string(),
      url,
      interval: v.pipe(v.string(), v.regex(/^\d+s$/)),
      client: v.strictObject({ timeout: v.pipe(v.string(), v.regex(/^\d+s$/)) }),
      headers: v.record(v.string(), v.string()),
      conditions: v.pipe(
        v.array(v.pipe(v.string(), v.regex(/^\[BODY\](?:\.[\w-]+)+ == (?:working|any\(pass, warn\))$/))),
        v.nonEmpty(),
      ),
    }),
  ),
});

describe('gatus, by its documentation and the source of its paths into JSON,', () => {
  const { endpoints } = v.parse(gatusFile, parse(gatus.generate(plan)[0].text));

  it('has an endpoint for the whole, and one for each check', () => {
    expect(endpoints.map(({ name }) => name)).toEqual([
      'prod',
      'network',
      'cache/data',
      'cache/pages',
      'celery/ping',
      'celery/queues.high',
      'say "hi" [a|b]',
      'reports',
    ]);
  });

  it('leads to the state of each check in the whole report, or asks for the check alone', () => {
    const tree = groupResult('', groupResult('cache', resultAt('cache/data')));
    const report: unknown = JSON.parse(json.render(viewAt(tree)));
    const path = /\[BODY\]\.(?<path>\S+) == working/.exec(endpoints[2]?.conditions[0] ?? '')?.groups?.path ?? '';
    const found = path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], report);
    expect(found).toBe('working');
    expect(endpoints[5]?.url).toBe('https://health.example/ops/api/health/${HEALTHGATE_TOKEN}/celery/queues.high/');
  });
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_WritingCanary_Multichecks.html */
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(5000), v.maxValue(300_000));
const blueprint = v.strictObject({
  globalSettings: v.strictObject({ stepTimeout: milliseconds }),
  variables: v.record(v.pipe(v.string(), v.regex(/^[a-zA-Z][a-zA-Z0-9_]*$/)), v.string()),
  steps: v.record(
    v.pipe(v.string(), v.regex(/^(?:[1-9]|10)$/)),
    v.strictObject({
      stepName: v.pipe(v.string(), v.regex(/^[a-zA-Z][a-zA-Z0-9_-]*$/), v.maxLength(64)),
      checkerType: v.literal('HTTP'),
      url,
      httpMethod: v.literal('GET'),
      timeout: milliseconds,
      headers: v.optional(v.record(v.string(), v.string())),
      assertions: v.array(
        v.variant('type', [
          v.strictObject({
            type: v.literal('STATUS_CODE'),
            operator: v.literal('EQUALS'),
            value: v.pipe(v.number(), v.integer()),
          }),
          v.strictObject({
            type: v.literal('BODY'),
            target: v.literal('TEXT'),
            operator: v.literal('CONTAINS'),
            value: v.string(),
          }),
        ]),
      ),
    }),
  ),
});

describe('synthetics, by the documentation of the blueprint,', () => {
  it.each([
    ['usual', plan],
    ['hostile', hostile],
  ])('has at most ten steps, each with a name of its own, for %s names', (_name, of) => {
    const { steps } = v.parse(blueprint, JSON.parse(synthetics.generate(of)[0].text));
    const names = Object.values(steps).map(({ stepName }) => stepName);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeLessThanOrEqual(10);
    expect(names[0]).toBe('namespace');
  });
});

/** The columns of https://github.com/louislam/uptime-kuma/blob/1.23.16/server/model/monitor.js that an import reads */
const monitor = v.strictObject({
  name: v.string(),
  type: v.picklist(['keyword', 'json-query']),
  url,
  method: v.literal('GET'),
  interval: v.number(),
  retryInterval: v.number(),
  maxretries: v.number(),
  timeout: v.number(),
  maxredirects: v.number(),
  accepted_statuscodes: v.array(v.string()),
  headers: v.pipe(v.string(), v.parseJson()),
  active: v.boolean(),
  notificationIDList: v.record(v.string(), v.boolean()),
  keyword: v.optional(v.string()),
  jsonPath: v.optional(v.string()),
  expectedValue: v.optional(v.string()),
});

describe('uptime-kuma, by the source of its import,', () => {
  it('has a monitor for the whole, and one for each check', () => {
    const file = v.strictObject({
      version: v.string(),
      notificationList: v.array(v.never()),
      proxyList: v.array(v.never()),
      monitorList: v.array(monitor),
    });
    const { monitorList } = v.parse(file, JSON.parse(uptimeKuma.generate(plan)[0].text));
    expect(monitorList).toHaveLength(plan.checks.length + 1);
    expect(monitorList[0]).toMatchObject({ type: 'keyword', keyword: 'healthgate:passing' });
    expect(monitorList[5]?.jsonPath).toBe('`celery`.`queues.high`.`status`');
  });
});

describe('upptime, by the types in its source,', () => {
  it('has one site, without a token in its URL', () => {
    const file = v.strictObject({
      owner: v.string(),
      repo: v.string(),
      sites: v.array(
        v.strictObject({
          name: v.string(),
          url,
          method: v.string(),
          expectedStatusCodes: v.array(v.number()),
          headers: v.array(v.string()),
          __dangerous__body_down_if_text_missing: v.string(),
        }),
      ),
      'status-website': v.strictObject({ name: v.string(), introMessage: v.string() }),
    });
    const { sites } = v.parse(file, parse(upptime.generate(plan)[0].text));
    expect(sites.map((site) => site.url)).toEqual(['https://health.example/ops/api/health/?format=text']);
  });
});

describe('statuspage, by the documentation of its API,', () => {
  it('has a component for each check, and a group for each group at the top', () => {
    const file = v.strictObject({
      components: v.array(
        v.strictObject({
          path: v.string(),
          component: v.strictObject({
            name: v.pipe(v.string(), v.nonEmpty()),
            description: v.optional(v.string()),
            status: v.literal('operational'),
            showcase: v.boolean(),
          }),
        }),
      ),
      component_groups: v.array(
        v.strictObject({ component_group: v.strictObject({ name: v.string() }), component_paths: v.array(v.string()) }),
      ),
    });
    const { components, component_groups: groups } = v.parse(file, JSON.parse(statuspage.generate(plan)[0].text));
    expect(components).toHaveLength(plan.checks.length);
    expect(groups).toEqual([
      { component_group: { name: 'cache' }, component_paths: ['cache/data', 'cache/pages'] },
      { component_group: { name: 'celery' }, component_paths: ['celery/ping', 'celery/queues.high'] },
    ]);
  });
});
