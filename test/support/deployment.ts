/** Deploys the service with `npm run deploy` on the emulator, and asks the URL that this prints. */
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { runCommand } from '../stack/command.ts';
import { motoEnvironment } from '../stack/servers/moto.ts';
import type { Addresses } from '../stack/addresses.ts';
import { copyProject } from './project-copy.ts';
import type { ProjectCopy } from './project-copy.ts';

/** Milliseconds for one deployment or removal, also on a busy machine. */
export const DEPLOYMENT_MS = 300_000;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Deployment extends ProjectCopy {
  /** Creates or updates the stack. Returns the URL that is printed. */
  deploy(params?: Readonly<Record<string, string>>): Promise<string>;
  /** Deletes the stack, as docs/deploy.md says. */
  removeStack(): Promise<void>;
  /** Sends a request for this URL to the emulator, since its host name belongs to AWS. */
  ask(url: string, asked?: Asked): Promise<Answer>;
}

export async function prepareDeployment(
  { endpoint, port, region }: Addresses['ministack'],
  stage: string,
): Promise<Deployment> {
  const copy = await copyProject();
  const run = async (command: string, args: readonly string[]): Promise<string> => {
    // env -i hides the credentials and addresses of whoever runs the tests.
    const variables = { ...motoEnvironment({ endpoint, region }), PATH: process.env.PATH ?? '', HOME: copy.folder };
    const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const all = ['-i', '-C', copy.folder, ...environment, command, ...args, `--stage=${stage}`];
    const { ok, output } = await runCommand('env', all, DEPLOYMENT_MS);
    if (!ok) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
    return output;
  };
  return {
    ...copy,
    async deploy(params = {}) {
      const assignments = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
      const output = await run('npm', ['run', 'deploy', '--', ...assignments]);
      const [, url] = /^endpoint: ANY - (https:\S+)$/m.exec(output) ?? [];
      if (url === undefined) throw new Error(`npm run deploy printed no URL:\n${output}`);
      return url;
    },
    async removeStack() {
      await run('npx', ['osls', 'remove']);
    },
    ask: (url, asked) => askThrough(port, new URL(url), asked),
  };
}

async function askThrough(port: number, url: URL, { method = 'GET', headers = {} }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      method,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host },
      agent: false,
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const { statusCode = 0, headers } = response;
      text(response).then((body) => {
        resolve({ status: statusCode, headers, body });
      }, reject);
    });
    sent.end();
  });
}
