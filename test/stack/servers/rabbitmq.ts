/** A RabbitMQ and its own Erlang port mapper, which ends with it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { runCommand } from '../command.ts';
import { defineServer } from '../define-server.ts';
import { acceptsTcp, freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';
import { findPrograms } from '../programs.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** The URL has user and password. The virtual host is `/`. */
    readonly rabbitmq: { readonly url: string; readonly port: number; readonly control: Control };
  }
}

/** The environment of `rabbitmqctl` for one broker. */
export type Control = Readonly<Record<string, string>>;

export interface RabbitmqOptions {
  /** Has the broker's data: the broker is the same when it is started there again. */
  readonly folder: string;
  /** A free port by default. */
  readonly port?: number | undefined;
  /** Additional lines of rabbitmq.conf. */
  readonly config?: readonly string[];
}

export interface Rabbitmq extends Running {
  /** Has user and password. The virtual host is `/`. */
  readonly url: string;
  readonly port: number;
  readonly control: Control;
}

const CONTROL_WITHIN_MS = 60_000;
const USER = 'app';
const PASSWORD = 'rabbit-Pa55:w@rd';

export async function startRabbitmq({ folder, port: wanted, config = [] }: RabbitmqOptions): Promise<Rabbitmq> {
  const port = wanted ?? (await freePort());
  const [distPort, epmdPort] = [await freePort(), await freePort()];
  const url = `amqp://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${String(port)}/`;
  await mkdir(folder, { recursive: true });
  const write = async (name: string, lines: readonly string[]) => {
    const file = join(folder, name);
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    return file;
  };
  const configFile = await write('rabbitmq.conf', [
    `default_user = ${USER}`,
    `default_pass = ${PASSWORD}`,
    // A nearly full disk must not make the tests fail.
    'disk_free_limit.absolute = 1MB',
    ...config,
  ]);
  const control = {
    HOME: folder, // where Erlang stores its cookie
    RABBITMQ_NODENAME: `healthgate-${String(port)}@localhost`,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
  const pluginsFile = await write('enabled_plugins', ['[].']);

  // Otherwise Erlang starts its own port mapper, which would outlive the broker.
  const epmd = await startProcess({
    name: 'epmd',
    command: programOf('epmd'),
    args: ['-port', String(epmdPort), '-address', '127.0.0.1'],
    folder,
    ready: () => acceptsTcp(epmdPort),
  });
  try {
    const broker = await startProcess({
      name: 'rabbitmq',
      command: programOf('rabbitmq-server'),
      args: [],
      folder,
      env: {
        ...control,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_DIST_PORT: String(distPort),
        RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_PID_FILE: join(folder, 'rabbitmq.pid'),
        RABBITMQ_CONFIG_FILE: configFile,
        RABBITMQ_ENABLED_PLUGINS_FILE: pluginsFile,
        // Listens on loopback only, and does not busy-wait while idle, since other servers share the machine.
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
          '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
        // Makes the script become the broker, instead of waiting for it as a parent with another pid.
        RUNNING_UNDER_SYSTEMD: 'true',
      },
      ready: () => answersAmqp(url),
    });
    const stop = async () => {
      await broker.stop();
      await epmd.stop();
    };
    return { ...broker, stop, url, port, control };
  } catch (error) {
    await epmd.stop();
    throw error;
  }
}

/**
 * Runs `rabbitmqctl`, and returns what it prints.
 *
 * @throws Error with its output.
 */
export async function rabbitmqctl(control: Control, ...args: readonly string[]): Promise<string> {
  const { ok, output } = await runCommand(programOf('rabbitmqctl'), ['--quiet', ...args], CONTROL_WITHIN_MS, control);
  if (!ok) throw new Error(`rabbitmqctl ${args.join(' ')}: ${output}`);
  return output;
}

export default defineServer({
  name: 'rabbitmq',
  demo: { name: 'rabbit', title: 'RabbitMQ', outages: 1 },
  debian: { 'rabbitmq-server': ['rabbitmq-server'] },
  start: ({ folder, before }) => startRabbitmq({ folder, port: before?.port }),
});

function programOf(name: string): string {
  const found = findPrograms(name);
  // Debian's wrapper on the PATH works only for root and the user rabbitmq, and controls the system's broker.
  const program = found.find((path) => path.includes('/lib/rabbitmq/')) ?? found[0];
  if (program === undefined) throw new Error(`rabbitmq: this machine has no program ${name}`);
  return program;
}

async function answersAmqp(url: string): Promise<void> {
  const connection = await connect(url, { noDelay: true, timeout: 5000 });
  await connection.close();
}
