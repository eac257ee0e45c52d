/** The OpenAPI document against a real `serve`: Schemathesis makes requests from it and judges the answers. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { availableFormats } from '../../lib/http/openapi/answers.ts';
import { openApiDocument } from '../../lib/http/openapi/document.ts';
import { runCommand } from '../stack/command.ts';
import { PYTHON } from '../stack/python.ts';
import { serveCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

const LIMIT_MS = 120_000;
/** Not 503, so that a report of a failing namespace differs from an answer without a report. */
const FAILING_STATUS = 299;

test(
  'every answer to what Schemathesis can think of is as the OpenAPI document says',
  async () => {
    const token = createToken('shop');
    const own = { kind: 'secrets_manager' };
    const document = {
      access_tokens: [token],
      failing_status: FAILING_STATUS,
      checks: { own, group: { other: { ...own, secret: 'none', critical: false } } },
    };
    const folder = await temporaryFolder({
      'shop.json': JSON.stringify(document),
      'schemathesis.toml': `[parameters]\n"path.access_token" = "${token}"\n"path.part" = "own"\n`,
    });
    onTestFinished(() => folder.remove());
    const openApi = join(folder.path, 'openapi');
    await writeFile(
      openApi,
      JSON.stringify(openApiDocument(await availableFormats(), { failingStatus: FAILING_STATUS })),
    );
    const recorded = ['--record', '60', '--history', join(folder.path, 'history')];
    const served = await serveCli(['--vault', `file:${folder.path}`, ...recorded], {
      env: { HEALTHGATE_PUBLIC_NAMESPACE: 'shop' },
    });
    onTestFinished(async () => {
      await served.stop();
    });
    const settings = ['--config-file', join(folder.path, 'schemathesis.toml')];
    const request = ['--url', served.url, '--header', `Authorization: Bearer ${token}`];
    // The first two want 401 for a request without a token. The contract says 404, so that nothing tells of the route.
    // A failing report has the status 500 in some formats. What is unforeseen is in the log.
    const excluded = 'ignored_auth,missing_required_header,not_a_server_error';
    const checks = ['--checks', 'all', '--exclude-checks', excluded];
    const bounds = ['--max-examples', '10', '--seed', '1', '--generation-database', 'none'];
    const { ok, output } = await runCommand(
      'env', // it leaves a folder where it runs
      [
        '-C',
        folder.path,
        join(dirname(PYTHON), 'schemathesis'),
        ...settings,
        'run',
        openApi,
        ...request,
        ...checks,
        ...bounds,
        '--no-color',
      ],
      LIMIT_MS,
    );
    expect(ok, output).toBe(true);
    expect(served.output.err).not.toContain('unforeseen');
    expect(output).toMatch(/Selected: (\d+)\/\1\n/);
  },
  LIMIT_MS,
);

test('the OpenAPI document is valid by the schema of OpenAPI 3.1', async () => {
  const file = join(import.meta.dirname, '../../infra/openapi.json');
  const { ok, output } = await runCommand(PYTHON, ['-m', 'openapi_spec_validator', file], LIMIT_MS);
  expect(ok, output).toBe(true);
});
