/** Finds out what the stack needs and this machine lacks, and installs it. */
import { join } from 'node:path';
import type { Addresses } from './addresses.ts';
import { aptInstall } from './apt.ts';
import { withLock } from './lock.ts';
import { findProgram } from './programs.ts';
import { step } from './progress.ts';
import { installPython, isPythonReady } from './python.ts';

/** A server of the stack, by its name in `Addresses`. */
export type PartName = keyof Addresses;

/** Something that must be on the machine before some parts of the stack can start. */
export interface Requirement {
  /** For people: `PostgreSQL`. */
  readonly name: string;
  /** The parts that cannot start without it. */
  readonly parts: readonly PartName[];
  /** What it is installed from, for people. */
  readonly from: string;
  /** Debian packages, where it consists of nothing else. */
  readonly packages: readonly string[];
  isThere(): boolean;
  /**
   * @param updateApt Whether apt's package lists should be renewed first.
   * @throws Error that says why it failed.
   */
  install(updateApt: boolean): Promise<void>;
}

/** A requirement that could not be met. */
export interface Failure {
  readonly requirement: Requirement;
  readonly reason: string;
}

function debian(
  name: string,
  parts: readonly PartName[],
  programs: readonly string[],
  packages: readonly string[],
): Requirement {
  return {
    name,
    parts,
    packages,
    from: `apt-get install ${packages.join(' ')}`,
    isThere: () => programs.every((program) => findProgram(program) !== undefined),
    install: (updateApt) => aptInstall(packages, updateApt),
  };
}

const REQUIREMENTS: readonly Requirement[] = [
  debian(
    'Redis',
    ['redis', 'redisTls', 'redisSentinel', 'redisCluster'],
    ['redis-server', 'openssl'],
    ['redis-server', 'openssl'],
  ),
  debian('PostgreSQL', ['postgres'], ['postgres', 'initdb'], ['postgresql']),
  debian('MariaDB', ['mysql'], ['mariadbd', 'mariadb-install-db'], ['mariadb-server']),
  debian('RabbitMQ', ['rabbitmq', 'celery'], ['rabbitmq-server'], ['rabbitmq-server']),
  debian('ClickHouse', ['clickhouse', 'historyApi'], ['clickhouse-server'], ['clickhouse-server']),
  {
    name: 'Python environment with Celery and moto',
    parts: ['celery', 'aws', 'historyApi'],
    packages: [],
    from: 'pip install -r test/stack/requirements.txt, into .cache/venv',
    isThere: isPythonReady,
    install: installPython,
  },
];

/** What the parts need and this machine lacks. Looks only; installs and starts nothing. */
export function findMissing(): Requirement[] {
  return REQUIREMENTS.filter((requirement) => !requirement.isThere());
}

const LOCK = join(import.meta.dirname, '../../.cache/install.lock');
const LOCK_MS = 15 * 60_000;

/**
 * Installs what is missing, and tells on standard output how it goes. Never asks, and gives up after a while.
 * Runs of the same checkout wait for each other; for other users of apt, apt's own lock does that.
 *
 * @returns What could not be installed.
 */
export async function install(requirements: readonly Requirement[]): Promise<Failure[]> {
  if (requirements.length === 0) return [];
  return withLock(LOCK, LOCK_MS, async () => {
    // Another run may have done it while this one waited.
    const missing = requirements.filter((requirement) => !requirement.isThere());
    const packages = missing.flatMap((requirement) => requirement.packages);
    if (packages.length > 0) {
      // All in one go is fastest. Where that fails, one at a time, so that one does not keep the others out.
      const title = `apt-get update, apt-get install ${packages.join(' ')}`;
      await step(title, () => aptInstall(packages, true)).catch(() => undefined);
    }
    const failures: Failure[] = [];
    for (const requirement of missing) {
      if (requirement.isThere()) continue;
      try {
        await step(`installing ${requirement.name}`, () => requirement.install(packages.length === 0));
        if (!requirement.isThere()) throw new Error('it was installed, and its programs are still not found');
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.push({ requirement, reason: `${reason} (${requirement.from})` });
      }
    }
    return failures;
  });
}
