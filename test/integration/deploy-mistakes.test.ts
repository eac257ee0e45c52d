/** Runs `npm run package` and `npm run deploy` with mistakes in the parameters. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOOTER = 'The parameters are in serverless.yml and docs/deploy.md.\n';

async function runNpm(script: string, args: readonly string[]) {
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], { cwd: ROOT });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

test('every mistake is told in one line, before anything is built', async () => {
  const params = ['dashbord=on', '--param', 'alarmTopic=on-call', '--param', 'dashboard', '--param', 'throttleRate='];
  expect(await runNpm('package', ['--param', ...params, '--param=vpcSubnets=subnet-1'])).toEqual({
    code: 2,
    out: '',
    err: [
      'package: --param: expected name=value, got no = after "dashboard"',
      'package: --param: expected name=value, got "throttleRate="',
      'package: dashbord: unknown parameter; did you mean dashboard?',
      'package: alarmTopic: expected the ARN of an SNS topic, such as ' +
        'arn:aws:sns:eu-central-1:123456789012:on-call, got "on-call"',
      `package: vpcSecurityGroups: expected a value, because vpcSubnets is set, got nothing\n${FOOTER}`,
    ].join('\n'),
  });
});

test('the stage of a vault that is a folder is not deployed', async () => {
  expect(await runNpm('deploy', ['-s', 'offline'])).toEqual({
    code: 2,
    out: '',
    err:
      'deploy: vault: expected secretsmanager:<prefix> or hashicorp:<mount/prefix>, got "file:vault": ' +
      `the function on AWS cannot read files of this machine\n${FOOTER}`,
  });
});

test('a certificate that does not exist is told', async () => {
  const hashicorp = ['vault=hashicorp:secret/hg', 'vaultAddress=https://vault.example', 'vaultTokenSecret=token'];
  const args = [...hashicorp, 'vaultCa=no/such/file.pem'].map((param) => `--param=${param}`);
  expect(await runNpm('deploy', ['--stage=prod', ...args])).toEqual({
    code: 2,
    out: '',
    err: `deploy: vaultCa: expected the path of a PEM file, got "no/such/file.pem", where there is no file\n${FOOTER}`,
  });
});
