/** What it means when Mattermost refuses a request, in words for an operator. */
import * as v from 'valibot';
import { AuthError, ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckError } from '../../errors.ts';
import { textOf } from '../http/body.ts';
import type { HttpResponse } from '../http/request.ts';
import { after, serverWords } from '../server-words.ts';

/** What was asked, for messages. */
export interface Asked {
  /** `login of the speaker`. */
  readonly what: string;
  /** The account that asked: `speaker`. */
  readonly who: string;
  /** What does not exist when the status is 404: `team shop`. */
  readonly object?: string;
  readonly secrets: readonly string[];
}

const appError = v.object({ id: v.fallback(v.string(), ''), message: v.fallback(v.string(), '') });

/** The account has set up MFA, and a login needs its code. */
const MFA_ASKED = /^(ent\.)?mfa\./;
/** MFA is required of everybody, and the account has not set it up. */
const MFA_MISSING = 'api.context.mfa_required.app_error';

/** The error for an answer whose status is not 2xx. */
export function refusal(response: HttpResponse, { what, who, object, secrets }: Asked): CheckError {
  const { target, status, headers } = response;
  const { id, message } = appErrorOf(response);
  const answered = `${target} answered ${status} to the ${what}`;
  if (status === 429) {
    const seconds = /^\d{1,6}$/.exec(headers['retry-after'] ?? '')?.[0];
    const again = seconds === undefined ? '' : `, and takes requests again in ${seconds} s`;
    return new UnhealthyError(`${answered}: it limits requests${again}; check less often, or raise its rate limit`);
  }
  if (status >= 300 && status < 400)
    return new UnhealthyError(`${answered}: it redirects; set url to the address that it redirects to`);
  if (MFA_ASKED.test(id))
    return new AuthError(
      `${answered}: the account of the ${who} has MFA; give a personal access token of it as token, or another account`,
    );
  if (id === MFA_MISSING)
    return new AuthError(
      `${answered}: it requires MFA, which the account of the ${who} has not set up; set it up, and give a personal ` +
        'access token as token',
    );
  const words = after(serverWords(message, secrets));
  if (status === 401 || status === 403) return new AuthError(answered + words);
  if (status === 404 && object !== undefined)
    return new ConfigurationError(`${target} has no ${object}, or the ${who} may not see it${words}`);
  return new UnhealthyError(answered + words);
}

/** Empty where the answer is not an error of Mattermost's API, but for example a page of a proxy. */
function appErrorOf(response: HttpResponse): v.InferOutput<typeof appError> {
  try {
    return v.parse(appError, JSON.parse(textOf(response)));
  } catch {
    return { id: '', message: '' };
  }
}
