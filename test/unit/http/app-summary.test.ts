/** Who may see names and verdicts alone: the holders of a summary token, and everybody in the public namespace. */
import { describe, expect, it } from 'vitest';
import { createToken } from '../../../lib/document/tokens.ts';
import { formats } from '../../../lib/formats/index.ts';
import { asker, FAILS, WORKS } from '../../support/asker.ts';

const SUMMARY = createToken('prod');
const OPAQUE = 'an-opaque-summary-token';
const NEEDLE = 'missing';

const keys = {
  summary_tokens: [SUMMARY, OPAQUE],
  checks: { group: { a: WORKS, b: { ...FAILS, description: NEEDLE, runbook: `https://${NEEDLE}.example/` } } },
};

function bearer(token: string, more: Readonly<Record<string, string>> = {}) {
  return { headers: { authorization: `Bearer ${token}`, ...more } };
}

describe('a summary token', () => {
  it.each([
    ['with the name of its namespace', SUMMARY],
    ['without a name', OPAQUE],
  ])('%s opens the same parts, with the class of an error alone', async (_name, token) => {
    const { ask, report } = asker(keys);
    const whole = await ask('/api/health/', bearer(token));
    expect(whole).toMatchObject({ status: 503, headers: { 'x-health-status': 'failing' } });
    expect(JSON.parse(whole.body)).toMatchObject({
      group: { a: { status: 'working' }, b: { status: 'UnhealthyError' } },
    });
    expect((await ask(`/api/health/${token}/group/a/`)).status).toBe(200);
    expect((await ask(`/api/health/${token}/group/c/`)).status).toBe(404);
    expect((await report()).body).toContain('UnhealthyError: vault');
  });

  it.each(formats)('shows nothing more in the format $name', async ({ name }) => {
    const { ask } = asker(keys);
    const { body } = await ask(`/api/health/${SUMMARY}/`, { query: `format=${name}` });
    expect(body).not.toContain(NEEDLE);
  });

  it('cannot cause a run of its own', async () => {
    const { ask, report, runs } = asker(keys);
    await report();
    await ask('/api/health/', bearer(SUMMARY, { 'cache-control': 'no-cache' }));
    await ask(`/api/health/${SUMMARY}/`, { query: 'within=0.5' });
    expect(runs()).toBe(1);
  });

  it('is refused like any wrong token when its namespace is disabled', async () => {
    const { ask } = asker({ ...keys, disabled: true });
    expect((await ask(`/api/health/${SUMMARY}/`)).status).toBe(405);
  });

  it('is compared only with the tokens of the namespace that it names', async () => {
    const { ask } = asker({ ...keys, summary_tokens: [createToken('other')] });
    expect((await ask(`/api/health/${SUMMARY}/`)).status).toBe(405);
  });

  it('opens the summary alone even where it is an access token too', async () => {
    const { ask } = asker({ ...keys, access_tokens: [SUMMARY, createToken('prod')] });
    expect((await ask(`/api/health/${SUMMARY}/`)).body).not.toContain(NEEDLE);
  });
});

describe('the public namespace', () => {
  const settings = { publicNamespace: 'prod' };

  it.each(['/status', '/status/'])('is shown at %s as a page, whatever the request accepts', async (path) => {
    const { ask } = asker(keys, {}, undefined, settings);
    const { status, headers, body } = await ask(path, {
      headers: { accept: 'application/json' },
      query: 'format=text',
    });
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    expect(body).not.toContain(NEEDLE);
  });

  it('is shared with those who hold a token', async () => {
    const { ask, report, runs } = asker(keys, {}, undefined, settings);
    await report();
    await ask('/status/', { headers: { 'cache-control': 'no-cache' } });
    expect(runs()).toBe(1);
  });

  it.each([
    ['no namespace is public', {}, keys],
    ['there is no such namespace', { publicNamespace: 'other' }, keys],
    ['it is disabled', settings, { ...keys, disabled: true }],
  ])('is a path like any unknown one where %s', async (_name, options, document) => {
    const { ask } = asker(document, {}, undefined, options);
    expect(await ask('/status/')).toEqual(await ask('/nowhere/'));
  });

  it('takes no other method and has no parts', async () => {
    const { ask } = asker(keys, {}, undefined, settings);
    expect((await ask('/status/', { method: 'POST' })).status).toBe(405);
    expect((await ask('/status/group/')).status).toBe(404);
  });
});
