/** Installs Debian packages without asking and without starting their services. */
import { reasonIn, runCommand } from './command.ts';
import { findProgram } from './programs.ts';

const UPDATE_SECONDS = 90;
const INSTALL_SECONDS = 360;
/**
 * Longer than the limits inside the script. Those also work under sudo, where this process may not end the processes of
 * root.
 */
const SCRIPT_LIMIT_MS = (2 * UPDATE_SECONDS + INSTALL_SECONDS + 60) * 1000;

/**
 * Maintainer scripts ask policy-rc.d before they start a service
 * (https://www.debian.org/doc/debian-policy/ch-opersys.html); 101 forbids it. A policy-rc.d that the machine already
 * has is not changed. If the package lists cannot be updated, the old ones may still be good enough. `--foreground`
 * lets Ctrl-C reach apt-get.
 */
const SCRIPT = `
set -eu
policy=/usr/sbin/policy-rc.d
mark='Written by Healthgate while it installs packages. May be removed.'
if [ ! -e "$policy" ] || grep -qF "$mark" "$policy"; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' HUP INT TERM
  printf '#!/bin/sh\\n# %s\\nexit 101\\n' "$mark" >"$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
options='-q -o DPkg::Lock::Timeout=180 -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30'
if [ "$1" = update ]; then
  # apt-get does not wait for the lock of the package lists.
  for attempt in 1 2; do
    timeout --foreground -k 10 ${String(UPDATE_SECONDS)} apt-get $options update && break
    sleep 10
  done
fi
shift
timeout --foreground -k 10 ${String(INSTALL_SECONDS)} \\
  apt-get $options -y --no-install-recommends -o Dpkg::Options::=--force-confold install "$@"
`;

/**
 * @param update Whether to update the package lists first.
 * @throws Error that says why it is impossible or why it failed.
 */
export async function aptInstall(packages: readonly string[], update: boolean): Promise<void> {
  if (findProgram('apt-get') === undefined) throw new Error('this machine has no apt-get');
  const prefix = await rootPrefix();
  const [command = 'sh', ...args] = [...prefix, 'sh', '-c', SCRIPT, 'sh', update ? 'update' : 'no-update', ...packages];
  const { ok, output } = await runCommand(command, args, SCRIPT_LIMIT_MS);
  if (!ok) throw new Error(reasonIn(output));
}

/** What to put before a command that root must run: nothing for root, `sudo -n` if that needs no password. */
async function rootPrefix(): Promise<readonly string[]> {
  if (process.getuid?.() === 0) return [];
  if ((await runCommand('sudo', ['-n', 'true'], 10_000)).ok) return ['sudo', '-n'];
  throw new Error('installing needs root, or sudo without a password');
}
