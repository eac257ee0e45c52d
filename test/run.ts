/** `npm test [-- ARGUMENT…]`: runs Vitest with the arguments and prints `N passed, N failed` as the last line. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** The part of Vitest's JSON report that is used: https://vitest.dev/guide/reporters.html#json-reporter */
interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { status: string }[];
  }[];
}

const folder = await mkdtemp(join(tmpdir(), 'healthgate-test-'));
try {
  const reportFile = join(folder, 'report.json');
  const isOk = await runVitest(reportFile, process.argv.slice(2));
  const { passed, failed } = count(await readReport(reportFile), isOk);
  process.exitCode = failed === 0 ? 0 : 1;
  process.stdout.write(`\n${String(passed)} passed, ${String(failed)} failed\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** @returns Whether Vitest exited with code 0. */
async function runVitest(reportFile: string, args: readonly string[]): Promise<boolean> {
  const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], { stdio: 'inherit' });
  // On Ctrl-C, the terminal also sends SIGINT to the child. This process waits until the child has ended its servers.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', () => {
      resolve(false);
    });
    child.once('close', (code) => {
      resolve(code === 0);
    });
  });
}

/** @returns Undefined if Vitest wrote no report. */
async function readReport(file: string): Promise<JsonReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JsonReport;
  } catch {
    return undefined;
  }
}

/**
 * A file that cannot be loaded, an error outside of tests, a crash, and a run without tests each count as one failure.
 */
function count(report: JsonReport | undefined, isOk: boolean): Counts {
  const passed = report?.numPassedTests ?? 0;
  const brokenFiles = (report?.testResults ?? []).filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const failed = (report?.numFailedTests ?? 0) + brokenFiles.length;
  return { passed, failed: failed === 0 && (!isOk || passed === 0) ? 1 : failed };
}
