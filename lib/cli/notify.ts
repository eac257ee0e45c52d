import { notify as setting } from '../document/lists.ts';
import { oneLine } from '../errors.ts';
import { readTargets } from '../notify/targets.ts';
import type { Target } from '../notify/target.ts';
import { tryTargets } from '../notify/trial.ts';
import { openStore } from '../vault/stores/open.ts';
import { Namespaces } from './chosen-namespace.ts';
import { EXIT, stringOf, UsageError } from './command.ts';
import type { Command, Terminal } from './command.ts';
import { namedTargets, TARGET_WORDS } from './named-targets.ts';
import { vaultName, vaultOption } from './vault-option.ts';

export const notify: Command = {
  arguments: [],
  options: {
    test: { type: 'boolean', help: 'sends each of them a test notice, and another one that it is over' },
    target: {
      type: 'string',
      value: 'TARGET',
      help: 'only the targets of this type, or the one of this name',
      words: TARGET_WORDS,
    },
    namespace: { type: 'string', value: 'NAME', help: 'the namespace; may be left out if the vault has only one' },
    ...vaultOption,
  },
  notes: `Lists the targets that the document of a namespace names under notify: their names, and what each is told.

With --test, tries them before the first outage, whatever for, on and after say. The notices say that they are a test,
and belong to one outage, so that an alert is resolved again. Only if --target names them, it tries what everybody
sees, as a status page, and what gets beats: a heartbeat and Uptime Kuma are told once that all is well.

Exit code 0 if all were sent, 1 if any was not, 2 usage or configuration, 130 called off.`,
  example: 'healthgate notify --test --namespace shop --target slack',

  async run(input, terminal) {
    if (input.positionals.length > 0)
      throw new UsageError(`unexpected argument ${JSON.stringify(input.positionals[0])}`);
    const namespaces = new Namespaces(await openStore(vaultName(input, terminal)), terminal);
    const namespace = await namespaces.choose(stringOf(input, 'namespace'));
    const items = namespace.settings.get(setting);
    const { targets } = await readTargets(items, namespace);
    if (targets.length === 0) throw new UsageError(`${namespace.name} has no target under notify that can be told`);
    const wanted = stringOf(input, 'target');
    const chosen = wanted === undefined ? targets : namedTargets(wanted, targets);
    if (input.values.test !== true) {
      for (const target of chosen) terminal.out(`${target.rule.target}  ${toldOf(target)}\n`);
      return EXIT.ok;
    }
    const isAll = await tryAll(chosen, { namespace: namespace.name, isNamed: wanted !== undefined, terminal });
    const broken = wanted === undefined ? items.length - targets.length : 0;
    if (broken > 0) terminal.err(`not sent: ${String(broken)} of notify, because of their mistakes\n`);
    if (terminal.signal.aborted) return EXIT.calledOff;
    return isAll && broken === 0 ? EXIT.ok : EXIT.failing;
  },
};

/** `down, up of postgres, after 120 s`. */
function toldOf({ rule, isPublic }: Target): string {
  const what = rule.every ? 'every sample' : rule.on.join(', ');
  const of = rule.for.length === 0 ? 'everything' : oneLine(rule.for.join(', '));
  const when = rule.every || rule.afterMs === 0 ? '' : `, after ${String(rule.afterMs / 1000)} s`;
  return `${what} of ${of}${when}${isPublic ? '; everybody sees it' : ''}`;
}

interface Asked {
  readonly namespace: string;
  /** Whether somebody named the targets, also those that are tried only then. */
  readonly isNamed: boolean;
  readonly terminal: Terminal;
}

/** Why it is tried only where it is named. A beat that fails would raise an alarm, so it would get one that works. */
function objectionTo({ isPublic, rule }: Target): string | undefined {
  if (isPublic) return 'everybody would see it';
  return rule.every ? 'it would be told that all is well' : undefined;
}

/** @returns Whether all were sent. */
async function tryAll(targets: readonly Target[], { namespace, isNamed, terminal }: Asked): Promise<boolean> {
  const tried = targets.filter((target) => {
    const objection = isNamed ? undefined : objectionTo(target);
    if (objection === undefined) return true;
    terminal.out(`skipped   ${target.rule.target}: ${objection}; try it with --target ${target.type}\n`);
    return false;
  });
  let failures = 0;
  for await (const { target, error } of tryTargets(tried, { namespace, signal: terminal.signal })) {
    if (error !== undefined) failures += 1;
    const { target: name } = target.rule;
    terminal.out(error === undefined ? `sent      ${name}\n` : `not sent  ${name}: ${oneLine(error)}\n`);
  }
  return failures === 0;
}
