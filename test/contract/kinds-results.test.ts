/** What every kind of check tells beside whether it works: addresses, stages, figures, slowness. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connections } from '../../lib/engine/connections.ts';
import type { CheckResult } from '../../lib/engine/types.ts';
import { readFile } from 'node:fs/promises';
import { makeCertificates } from '../stack/servers/shared/certificates.ts';
import { contextFor } from '../support/context.ts';
import { slowProxy, tlsProxy } from '../support/faulty-server.ts';
import { checksOf } from '../support/run-leaf.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { fixtures } from './fixtures/index.ts';
import { aimedFixtures, registerHooks, run, runAll, stack, using, vault } from './suite.ts';

/** `db.example:5432`, several of which count as one, the path of a Unix socket, or a service such as `s3`. */
const NEED = /^([^\s,]+:\d+(,[^\s,]+:\d+)*|\/\S+|[a-z0-9_-]+)$/;

registerHooks();

const figureNames = (results: readonly CheckResult[]) =>
  results.flatMap(({ observed }) => observed.map(({ name }) => name));
const stageNames = (results: readonly CheckResult[]) => results.flatMap(({ stages }) => stages.map(({ name }) => name));

describe.each(fixtures)('$kind', ({ works, figures = [], figuresOfSome = [], figuresOverTls = [], fails, lacks }) => {
  const leaves = Object.entries(works(stack));

  it('has a fixture that names every figure that the kind declares', async () => {
    const declared = (await Promise.all(leaves.map(([, leaf]) => checksOf(leaf)))).flat();
    const names = new Set(declared.flatMap((check) => Object.keys(check.figures)));
    expect([...figures, ...figuresOfSome, ...figuresOverTls].sort()).toEqual([...names].sort());
  });

  it.each(leaves)('needs addresses for %s', async (_name, leaf) => {
    const needs = (await checksOf(leaf)).flatMap((check) => check.needs);
    expect(needs.length > 0).toBe(lacks?.at === undefined);
    for (const need of needs) expect(need).toMatch(NEED);
  });

  it.each(leaves)('observes its figures, and no others, with %s', async (_name, leaf) => {
    const connections = new Connections();
    const seen = new Set<string>();
    for (const check of await checksOf(leaf)) {
      const { context, observed } = contextFor({ connections, proveVault: vault.prove });
      await check.run(context);
      expect(Object.keys(check.figures)).toEqual(expect.arrayContaining([...observed.keys()]));
      for (const name of observed.keys()) seen.add(name);
    }
    await connections.close(1000);
    expect([...seen]).toEqual(expect.arrayContaining([...figures]));
  });

  const failures = Object.entries(fails?.(stack) ?? {});

  const withFigures = failures.filter(([, failure]) => failure.figures !== undefined);
  it.each(withFigures)('keeps the figures that it learned before it reports %s', async (_name, failure) => {
    const { results, status } = await run(failure.leaf);
    expect(status).toMatch(failure.error);
    expect(figureNames(results).sort()).toEqual([...(failure.figures ?? [])].sort());
  });

  const answeredOnes = failures.filter(([, { isAnswered }]) => isAnswered === true);
  it.each(answeredOnes)('blames no address that answers when it reports %s', async (_name, { leaf, error }) => {
    const { one, other } = await runAll({ one: leaf, other: leaf });
    for (const { status, result } of [one, other]) {
      expect(status).toMatch(error);
      expect(result.causes).toEqual([]);
    }
  });
});

describe.each(aimedFixtures)('$kind', ({ at, realPort, addressOf, fixture }) => {
  const { lacks, overTls, figures = [], figuresOverTls = [] } = fixture;

  it('needs the address that it is aimed at', async () => {
    for (const check of await checksOf(at(realPort))) expect(check.needs).toContain(addressOf(realPort));
  });

  it('times its stages in order, within its duration', async () => {
    const { results, status } = await run(at(realPort));
    expect(status).toBe('working');
    for (const { stages, durationMs } of results) {
      expect(stages).not.toEqual([]);
      const starts = stages.map(({ startMs }) => startMs);
      expect(starts).toEqual(starts.toSorted((one, other) => one - other));
      expect(starts[0]).toBeGreaterThanOrEqual(0);
      const ends = stages.map((stage) => stage.startMs + stage.durationMs);
      expect(Math.max(...ends)).toBeCloseTo(durationMs, 3);
      for (const stage of stages) expect(stage.durationMs).toBeGreaterThanOrEqual(0);
    }
    expect(stageNames(results).includes('connecting')).toBe(lacks?.connecting === undefined);
    expect(stageNames(results)).not.toContain('TLS handshake');
  });

  it('has names of stages that do not depend on what is checked', async () => {
    const { results } = await run(at(realPort));
    for (const name of stageNames(results)) expect(name).toMatch(/^[A-Za-z0-9: ]+$/);
    expect(stageNames(results).join()).not.toContain(String(realPort));
  });

  if (lacks?.['host name'] === undefined) {
    it('resolves a host name before it connects', async () => {
      const { results, status } = await run(at(realPort, 'localhost'));
      expect(status).toBe('working');
      const names = stageNames(results);
      expect(names).toEqual(expect.arrayContaining(['resolving', 'connecting']));
      expect(names.indexOf('resolving')).toBeLessThan(names.lastIndexOf('connecting'));
    });
  }

  if (overTls !== undefined) {
    it('times the TLS handshake after it has connected', async () => {
      const { key, cert, ca } = certificate;
      const { port } = await using(tlsProxy(realPort, { key, cert }));
      const { results, status } = await run(overTls(port, ca, stack));
      expect(status).toBe('working');
      const names = stageNames(results);
      expect(names).toEqual(expect.arrayContaining(['connecting', 'TLS handshake']));
      expect(names.indexOf('connecting')).toBeLessThan(names.indexOf('TLS handshake'));
      expect(figureNames(results)).toEqual(expect.arrayContaining([...figures, ...figuresOverTls]));
    });
  }

  if (overTls !== undefined) {
    it('shows its certificate to a server that asks for one, and says so if it has none', async () => {
      const { key, cert, ca } = certificate;
      const { port } = await using(tlsProxy(realPort, certificate));
      const leaf = overTls(port, ca, stack);
      expect((await run({ ...leaf, cert, key })).status).toBe('working');
      expect((await run(leaf)).status).toMatch(
        /^TLSError: no secure connection to .*: it asks for a client certificate; set cert and key/,
      );
    });
  }

  it('is degraded when it works, but takes longer than slow', async () => {
    const { port } = await using(slowProxy(realPort, 10));
    const { result, status, logged } = await run({ ...at(port), timeout: 10, slow: 0.000001 });
    expect(status).toMatch(/^UnhealthyError: .+ works, but took [\d.]+ s, longer than slow \(0\.000001 s\)$/);
    expect(result).toMatchObject({ verdict: 'degraded', error: { degraded: true }, causes: [] });
    expect(logged).toBe('');
  });
});

let certificate: { readonly ca: string; readonly key: string; readonly cert: string };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  const { ca, keyFile, certFile } = await makeCertificates(folder.path);
  certificate = { ca, key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
});

afterAll(() => folder.remove());
