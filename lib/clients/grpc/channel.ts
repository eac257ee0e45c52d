/** Calls over gRPC, through grpc-js: each on the connection of the run, answered once, never tried again. */
import { once } from 'node:events';
import type { Client, ClientReadableStream, Metadata, MethodDefinition, ServiceError } from '@grpc/grpc-js';
import type { CheckContext } from '../../engine/types.ts';
import { drivers } from '../drivers/index.ts';
import { isTlsUrl } from '../url.ts';
import { MAX_MESSAGE_KIB } from './bounds.ts';
import { openConnection } from './connect.ts';
import type { GrpcConnection, GrpcServer } from './connect.ts';
import { callError, noAnswer, severalAnswers } from './errors.ts';
import type { Call } from './errors.ts';

/** Megabytes that `node:http2` may hold of a connection. */
const MAX_SESSION_MB = 4;

const OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_KIB * 1024,
  'grpc-node.max_session_memory': MAX_SESSION_MB,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.primary_user_agent': 'healthgate',
};

/** Never connected to: the channel has its connection. */
const NOWHERE = 'ipv4:127.0.0.1:1';

export type GrpcContext = Pick<CheckContext, 'share' | 'signal' | 'stage'>;

/** Opens a channel, or shares the one that another check of the run opened. */
export function openChannel(server: GrpcServer, target: string, context: GrpcContext): Promise<GrpcChannel> {
  const { url, ca, cert } = server;
  return context.share(JSON.stringify(['grpc', url, ca, cert]), async (signal) => {
    const opening = openConnection(server, target, { signal, stage: context.stage });
    const [client, connection] = await Promise.all([clientOn(opening, url), opening]);
    signal.throwIfAborted();
    if (connection.isLost) throw connection.lost; // while the driver was loaded
    const destroy = () => {
      client.close();
      connection.destroy();
    };
    signal.addEventListener('abort', destroy, { once: true });
    const close = () => {
      const closed = once(connection.socket, 'close');
      client.close(); // tells the server first
      return closed;
    };
    return { value: new GrpcChannel(client, connection), close, destroy };
  });
}

/** Prepares itself while the connection opens, and closes if it does not. */
async function clientOn(opening: Promise<GrpcConnection>, url: string): Promise<Client> {
  const driver = await drivers.grpc();
  const stream = () => opening.then((connection) => connection.stream);
  const client = new driver.Client(NOWHERE, new driver.OpenConnection(stream, isTlsUrl(url)), {
    ...OPTIONS,
    'grpc.default_authority': new URL(url).host,
    [driver.CONNECTION]: () => opening.then(({ socket }) => socket),
  });
  client.getChannel().getConnectivityState(true);
  opening.catch(() => {
    client.close();
  });
  return client;
}

const WAITING = ['answer', 'while waiting for the answer'] as const;

interface CallOptions extends Pick<Call, 'target' | 'metadata'> {
  /** The stage of waiting for the answer. */
  readonly waiting?: readonly [name: string, when: string];
}

export class GrpcChannel {
  readonly #client: Client;
  readonly #connection: GrpcConnection;

  constructor(client: Client, connection: GrpcConnection) {
    this.#client = client;
    this.#connection = connection;
  }

  /** @throws CheckError; a `RefusedCall` where the server itself said what is wrong. */
  async unary<Request, Answer>(
    method: MethodDefinition<Request, Answer>,
    request: Request,
    { target, metadata = {}, waiting = WAITING }: CallOptions,
    { signal, stage }: GrpcContext,
  ): Promise<Answer> {
    const headers = await metadataOf(metadata);
    signal.throwIfAborted();
    stage(...waiting);
    const { path, requestSerialize, responseDeserialize } = method;
    // Not as a unary call: with a second message, that never ends.
    const call = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, headers);
    const stop = () => {
      call.cancel();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await answerOf(call, { target, metadata, path, connection: this.#connection }, signal);
    } finally {
      signal.removeEventListener('abort', stop);
      call.cancel();
    }
  }
}

function answerOf<Answer>(stream: ClientReadableStream<Answer>, call: Call, signal: AbortSignal): Promise<Answer> {
  const answers: Answer[] = [];
  return new Promise<Answer>((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    stream.on('data', (answer: Answer) => {
      answers.push(answer);
      if (answers.length > 1) reject(severalAnswers(call));
    });
    stream.on('error', (error: ServiceError) => {
      reject(callError(error, call));
    });
    stream.on('end', () => {
      const [answer] = answers;
      if (answer === undefined) reject(noAnswer(call));
      else resolve(answer);
    });
  });
}

async function metadataOf(metadata: Readonly<Record<string, string>>): Promise<Metadata> {
  const { Metadata } = await drivers.grpc();
  const made = new Metadata();
  for (const [name, value] of Object.entries(metadata))
    made.add(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  return made;
}
