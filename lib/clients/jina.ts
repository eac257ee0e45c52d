/** What Jina's gateways and executors say of themselves: https://jina.ai/serve/concepts/orchestration/readiness/ */
import * as v from 'valibot';
import { shortLine, UnhealthyError } from '../errors.ts';
import type { CheckContext } from '../engine/types.ts';
import { openChannel } from './grpc/channel.ts';
import { dryRun } from './grpc/services.ts';
import { textOf } from './http/body.ts';
import { send } from './http/request.ts';
import { after, serverWords } from './server-words.ts';
import type { TlsKeys } from './tls.ts';
import { converse } from './conversation.ts';

export interface JinaServer extends TlsKeys {
  readonly url: string;
}

type Context = Pick<CheckContext, 'share' | 'signal' | 'stage'>;
type Stages = Pick<CheckContext, 'signal' | 'stage'>;

const DRY_RUN = ['dry run', 'while waiting for the dry run; is an executor down?'] as const;

/** How the enumeration is written: over gRPC and in most JSON by name, in other JSON by number. */
const SUCCESS: readonly unknown[] = ['SUCCESS', 0];
const FAILURE: readonly unknown[] = ['ERROR', 1];

const status = v.object({
  code: v.union([v.string(), v.number()]),
  description: v.nullish(v.string(), ''),
  exception: v.nullish(v.object({ name: v.nullish(v.string(), '') })),
});
type Status = v.InferOutput<typeof status>;

/** @throws CheckError */
export async function dryRunByGrpc(server: JinaServer, target: string, context: Context): Promise<void> {
  const channel = await openChannel(server, target, context);
  judge(await channel.unary(await dryRun(), {}, { target, waiting: DRY_RUN }, context), target);
}

/**
 * The status of the answer is 200 whatever its code.
 *
 * @throws CheckError
 */
export async function dryRunByHttp(server: JinaServer, target: string, context: Context): Promise<void> {
  const stage: Context['stage'] = (name, when) => {
    if (name === 'first byte') context.stage(...DRY_RUN);
    else context.stage(name, when);
  };
  const body = await get(server, 'dry_run', target, { signal: context.signal, stage });
  judge(parsed(status, body, target), target);
}

/** @throws CheckError */
export async function dryRunByWebsocket(server: JinaServer, target: string, context: Context): Promise<void> {
  const url = urlOf(server.url, 'dry_run');
  const accepts = (message: Buffer): boolean => {
    // Here, a code of 0 is left out.
    const answer = parsed(v.looseObject({}), message.toString(), target);
    judge(parsed(status, JSON.stringify({ code: 0, ...answer }), target), target);
    return true;
  };
  const closed = (code: number, reason: string) =>
    new UnhealthyError(`${target} closed the connection with code ${code}${after(serverWords(reason))}`);
  await context.share(JSON.stringify(['jina', server]), (signal) =>
    converse({ ...server, url, headers: {}, accepts, closed, waiting: DRY_RUN }, target, context, signal),
  );
}

/** @throws CheckError */
export async function healthByHttp(server: JinaServer, target: string, context: Context): Promise<void> {
  parsed(v.looseObject({}), await get(server, '', target, context), target);
}

/** The body of an answer that has the status 200. */
async function get(server: JinaServer, path: string, target: string, context: Stages): Promise<string> {
  const [kind = ''] = target.split(/ (?=\S+$)/);
  const url = urlOf(server.url, path).replace(/^ws/, 'http');
  const request = { ...server, kind, url, method: 'GET', headers: {}, body: undefined, readsBody: true };
  const response = await send(request, context, (status) => status === 200);
  if (response.status !== 200)
    throw new UnhealthyError(`${response.target} answered ${response.status}, expected 200; is it Jina?`);
  if (!response.whole) throw new UnhealthyError(`${response.target} sent more than 1 MiB; is it Jina?`);
  return textOf(response);
}

function urlOf(url: string, path: string): string {
  const { href } = new URL(url);
  return `${href.replace(/\/$/, '')}/${path}`;
}

function parsed<Schema extends v.GenericSchema>(schema: Schema, json: string, target: string): v.InferOutput<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UnhealthyError(`${target} did not answer in JSON; is it Jina?`);
  }
  // Valibot accepts an array where an object is expected.
  const read = v.safeParse(schema, Array.isArray(value) ? undefined : value);
  if (read.success) return read.output;
  const key = read.issues[0].path?.map((item) => String(item.key)).join('.') ?? '';
  const what = key === '' ? 'JSON that is no object' : `JSON whose ${shortLine(key, 40)} is not as Jina has it`;
  throw new UnhealthyError(`${target} answered with ${what}; is it Jina?`);
}

function judge({ code, description, exception }: Status, target: string): void {
  if (SUCCESS.includes(code)) return;
  const said = FAILURE.includes(code) ? '' : ` with the unknown code ${shortLine(String(code), 20)}`;
  // The gateway adds which deployment it concerns. That comes first, since long words are cut.
  const words = description.split('|Gateway: ').reverse().join('; ');
  throw new UnhealthyError(`the dry run of ${target} failed${said}${after(serverWords(nameOf(exception) + words))}`);
}

function nameOf(exception: Status['exception']): string {
  return exception?.name ? `${exception.name}: ` : '';
}
