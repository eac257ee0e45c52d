/** A RabbitMQ of its own, with an Erlang port mapper of its own that ends with it. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';
import { findPrograms } from '../programs.ts';

export interface RabbitmqOptions {
  /** Holds its data: started there again, it is the same broker. */
  readonly folder: string;
  /** A free one unless given. */
  readonly port?: number;
  /** More lines of rabbitmq.conf. */
  readonly config?: readonly string[];
}

export interface Rabbitmq extends Running {
  /** User `app`, its password in the URL, virtual host `/`. */
  readonly url: string;
  readonly port: number;
}

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
    // A nearly full disk of the machine that runs the tests is not what they are about.
    'disk_free_limit.absolute = 1MB',
    ...config,
  ]);
  const pluginsFile = await write('enabled_plugins', ['[].']);

  // Without this one, Erlang starts a port mapper that outlives the broker.
  const epmd = await startProcess({
    name: 'epmd',
    command: programOf('epmd'),
    args: ['-port', String(epmdPort), '-address', '127.0.0.1'],
    folder,
    ready: () => answersTcp(epmdPort),
  });
  try {
    const broker = await startProcess({
      name: 'rabbitmq',
      command: programOf('rabbitmq-server'),
      args: [],
      folder,
      env: {
        HOME: folder, // Erlang puts its cookie there
        RABBITMQ_NODENAME: `healthgate-${String(port)}@localhost`,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_DIST_PORT: String(distPort),
        RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_PID_FILE: join(folder, 'rabbitmq.pid'),
        RABBITMQ_CONFIG_FILE: configFile,
        RABBITMQ_CONF_ENV_FILE: '/dev/null',
        RABBITMQ_ENABLED_PLUGINS_FILE: pluginsFile,
        ERL_EPMD_PORT: String(epmdPort),
        ERL_EPMD_ADDRESS: '127.0.0.1',
        // Loopback only, and no spinning while idle: the machine is shared with the other servers.
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
          '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
        // The script then becomes the broker, instead of waiting for it as a parent with another pid.
        RUNNING_UNDER_SYSTEMD: 'true',
      },
      ready: () => answersAmqp(url),
    });
    const stop = async () => {
      await broker.stop();
      await epmd.stop();
    };
    return { ...broker, stop, url, port };
  } catch (error) {
    await epmd.stop();
    throw error;
  }
}

function programOf(name: string): string {
  const found = findPrograms(name);
  // Debian's wrapper on the PATH only serves root and the user rabbitmq, and runs the system's own broker.
  const program = found.find((path) => path.includes('/lib/rabbitmq/')) ?? found[0];
  if (program === undefined) throw new Error(`rabbitmq: there is no ${name} on this machine`);
  return program;
}

async function answersAmqp(url: string): Promise<void> {
  const connection = await connect(url, { noDelay: true, timeout: 5000 });
  await connection.close();
}

async function answersTcp(port: number): Promise<void> {
  const socket = connectTcp(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
