/** Finds out what the servers of the stack need and this machine lacks, and installs it. */
import { join } from 'node:path';
import type { PartName } from './addresses.ts';
import { aptInstall } from './apt.ts';
import type { Build } from './builds/build.ts';
import { goTools } from './builds/go-tools.ts';
import { jina } from './builds/jina.ts';
import { otelCollector } from './builds/otel-collector.ts';
import { servers } from './find-servers.ts';
import { withLock } from './lock.ts';
import { findProgram } from './programs.ts';
import { step } from './progress.ts';
import { installPython, isPythonReady } from './python.ts';

/** Something that must be on the machine before some servers of the stack can start. */
export interface Requirement {
  /** For people: `Debian package postgresql`. */
  readonly name: string;
  /** The servers that declare it. Servers that need one of these cannot start without it either. */
  readonly parts: readonly PartName[];
  /** For people: the command that installs it. */
  readonly from: string;
  /** The Debian packages that it consists of. Empty if it consists of something else. */
  readonly packages: readonly string[];
  isThere(): boolean;
  /**
   * @param updateApt Whether to update apt's package lists first.
   * @throws Error that says why it failed.
   */
  install(updateApt: boolean): Promise<void>;
}

/** A requirement that could not be met. */
export interface Failure {
  readonly requirement: Requirement;
  readonly reason: string;
}

/**
 * Programs that read the endpoint or what the command line prints, each with what proves that its package is installed.
 * Tests run them; no server needs one, so the demo starts without them.
 */
const CONSUMERS: Readonly<Record<string, readonly string[]>> = {
  chromium: ['chromium'],
  prometheus: ['prometheus', 'promtool'],
  'prometheus-alertmanager': ['amtool'],
  'prometheus-blackbox-exporter': ['prometheus-blackbox-exporter'],
  'monitoring-plugins-basic': ['check_http'],
  fish: ['fish'],
  zsh: ['zsh'],
};

/** The same, but built. */
const BUILT_CONSUMERS: readonly Build[] = [goTools, jina, otelCollector];

const REQUIREMENTS: readonly Requirement[] = [
  ...debianPackages(),
  ...consumerPackages(),
  pythonEnvironment(),
  ...builds(),
];

function consumerPackages(): Requirement[] {
  return Object.entries(CONSUMERS).map(([packageName, programs]) => debianPackage(packageName, programs, []));
}

function debianPackage(packageName: string, programs: readonly string[], parts: readonly PartName[]): Requirement {
  return {
    name: `Debian package ${packageName}`,
    parts,
    packages: [packageName],
    from: `apt-get install ${packageName}`,
    isThere: () => programs.every((program) => findProgram(program) !== undefined),
    install: (updateApt) => aptInstall([packageName], updateApt),
  };
}

/** One requirement for each package, however many servers need it. */
function debianPackages(): Requirement[] {
  const declared = [...servers.values()].flatMap(({ name, debian = {} }) =>
    Object.entries(debian).map(([packageName, programs]) => ({ packageName, programs, part: name })),
  );
  return [...new Set(declared.map(({ packageName }) => packageName))].map((packageName) => {
    const declarations = declared.filter((declaration) => declaration.packageName === packageName);
    const programs = declarations.flatMap((declaration) => declaration.programs);
    return debianPackage(
      packageName,
      programs,
      declarations.map(({ part }) => part),
    );
  });
}

function pythonEnvironment(): Requirement {
  return {
    name: 'Python environment',
    parts: [...servers.values()].filter(({ python }) => python).map(({ name }) => name),
    packages: [],
    from: 'pip install -r test/stack/requirements.txt, into .cache/venv',
    isThere: isPythonReady,
    install: installPython,
  };
}

/** One requirement for each build, however many servers need it, and one for each package that it takes to build it. */
function builds(): Requirement[] {
  const declared = [...servers.values()].flatMap(({ name, builds = [] }) => builds.map((build) => ({ build, name })));
  const all = new Set([...declared.map(({ build }) => build), ...BUILT_CONSUMERS]);
  return [...all].flatMap((build) => {
    const parts = declared.filter((declaration) => declaration.build === build).map(({ name }) => name);
    return [...Object.entries(build.debian).map(toolFor(build, parts)), requirementOf(build, parts)];
  });
}

/** A package that is needed only as long as the build is missing. */
function toolFor(build: Build, parts: readonly PartName[]) {
  return ([packageName, program]: [string, string]): Requirement => {
    const tool = debianPackage(packageName, [program], parts);
    return { ...tool, isThere: () => build.isThere() || tool.isThere() };
  };
}

function requirementOf(build: Build, parts: readonly PartName[]): Requirement {
  return {
    name: `build ${build.name}`,
    parts,
    packages: [],
    from: `${build.from}, into ${build.folder}`,
    isThere: () => build.isThere(),
    install: () => build.install(),
  };
}

/** Returns what the servers need and this machine lacks. Installs and starts nothing. */
export function findMissing(): Requirement[] {
  return REQUIREMENTS.filter((requirement) => !requirement.isThere());
}

const LOCK = join(import.meta.dirname, '../../.cache/install.lock');
const LOCK_MS = 15 * 60_000;

/**
 * Installs what is missing and reports the progress on standard output. Never asks, and gives up after a while.
 * Processes that install for the same checkout wait for each other. Other users of apt are kept out by apt's own lock.
 *
 * @returns What could not be installed.
 */
export async function install(requirements: readonly Requirement[]): Promise<Failure[]> {
  if (requirements.length === 0) return [];
  return withLock(LOCK, LOCK_MS, async () => {
    // Another process may have installed it while this one waited.
    const missing = requirements.filter((requirement) => !requirement.isThere());
    const packages = missing.flatMap((requirement) => requirement.packages);
    if (packages.length > 0) {
      // One call for all packages is fastest. If it fails, each package is tried alone, so that one cannot block the
      // others.
      const title = `apt-get update, apt-get install ${packages.join(' ')}`;
      await step(title, () => aptInstall(packages, true)).catch(() => undefined);
    }
    const failures: Failure[] = [];
    for (const requirement of missing) {
      if (requirement.isThere()) continue;
      try {
        await step(`installing ${requirement.name}`, () => requirement.install(packages.length === 0));
        if (!requirement.isThere()) throw new Error('it was installed, but its programs are not found');
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.push({ requirement, reason: `${reason} (${requirement.from})` });
      }
    }
    return failures;
  });
}
