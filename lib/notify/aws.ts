/** Calls AWS once, and tells a refusal as a `SendError`. */
import { clientSettings, openAwsClient } from '../clients/aws/client.ts';
import { awsError } from '../clients/aws/errors.ts';
import type { AwsCall } from '../clients/aws/errors.ts';
import type { BeginStage } from '../engine/stages.ts';
import { isFinalStatus } from './http.ts';
import { retryAfter } from './retry-after.ts';
import { SendError } from './send-error.ts';

type Settings = ReturnType<typeof clientSettings>;

interface AwsClient {
  readonly config: { readonly region: () => Promise<string> };
  destroy(): void;
}

interface Called<Client> extends AwsCall {
  /** The process's own unless given. */
  readonly region?: string | undefined;
  readonly stage: BeginStage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly open: (settings: Settings) => Client;
  /** Whether another try would fail too, by the status of the answer; that of HTTP unless given. */
  readonly isFinal?: (status: number) => boolean;
}

/**
 * The client lives as long as the call: nothing stays open while the process is frozen.
 *
 * @throws SendError, or a `CheckError` for a failure of the network.
 */
export async function callAws<Client extends AwsClient, T>(
  { region, stage, now, open, isFinal = isFinalStatus, ...call }: Called<Client>,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const name = call.target.split(' ', 1)[0] ?? '';
  const client = await openAwsClient(open(clientSettings({ region, stage })), name);
  stage(name, `while waiting for ${call.target}`);
  try {
    return await use(client.value);
  } catch (error) {
    throw sendErrorOf(error, call, { now, isFinal }) ?? error;
  } finally {
    client.destroy();
  }
}

/** The parts of the SDK's errors that are read. */
interface ServiceError {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** AWS throttles with 400 too. Credentials are renewed, and clocks set right. */
const PASSING =
  /Throttl|TooManyRequests|LimitExceeded|RequestTimeout|InternalError|ServiceUnavailable|Expired|RequestTimeTooSkewed/;

type Judging = Required<Pick<Called<AwsClient>, 'now' | 'isFinal'>>;

function sendErrorOf(error: unknown, call: AwsCall, { now, isFinal }: Judging): Error | undefined {
  const told = awsError(error, call);
  if (told === undefined || !(error instanceof Error)) return told;
  const { $metadata, $response } = error as ServiceError;
  const status = $metadata?.httpStatusCode;
  // Without a status, nothing was answered. Credentials that are missing now may be there in a moment.
  if (status === undefined) return told;
  const retryAfterMs = retryAfter($response?.headers?.['retry-after'], now());
  const isLasting = isFinal(status) && !PASSING.test(error.name);
  return new SendError(`${told.name}: ${told.message}`, { isFinal: isLasting, retryAfterMs });
}
