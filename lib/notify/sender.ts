/** Sends notices to a target within a limit, and tells every failure as a `SendError` without secrets. */
import { secretsOfTarget } from '../document/secrets.ts';
import { within } from '../engine/deadline.ts';
import type { BeginStage } from '../engine/stages.ts';
import { Stages } from '../engine/stages.ts';
import { CheckError } from '../errors.ts';
import { hideAll } from '../hide.ts';
import { SendError } from './send-error.ts';
import type { Sending, Target, TargetType } from './target.ts';

/** Milliseconds that one notice may take, with all requests that it needs. */
const SEND_WITHIN_MS = 10_000;

type Config = Readonly<Record<string, unknown>>;

export function sender(type: TargetType, config: Config, { checks }: Pick<Sending, 'checks'>): Target['send'] {
  const hideSecrets = hideAll(secretsOfTarget(Object.entries(config)));
  const hide = (text: string) => hideSecrets(text);
  return async (notice, context) => {
    const stages = new Stages(performance.now());
    const stage: BeginStage = (name, when) => {
      stages.begin(name, when);
    };
    try {
      const limit = { limitMs: SEND_WITHIN_MS, signal: context.signal, from: () => `${type.type}${stages.when}` };
      await within(limit, (inner) => type.send(notice, config, { ...context, signal: inner, stage, hide, checks }));
    } catch (error) {
      throw sendErrorOf(error, type.type, hide);
    }
  };
}

/** A failure of the network may be over soon. So may one that nobody foresaw: its text is not shown. */
function sendErrorOf(error: unknown, type: string, hide: (text: string) => string): SendError {
  if (error instanceof SendError) return error;
  if (error instanceof CheckError)
    return new SendError(hide(`${error.code}: ${error.message}`), { isFinal: error.code === 'ConfigurationError' });
  const name = error instanceof Error ? error.name : typeof error;
  return new SendError(`${type}: unforeseen ${name}`, { isFinal: false });
}
