/** gRPC's own clients and those of Jina, pointed at `healthgate serve --grpc-port`. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '../../lib/document/tokens.ts';
import { bearer, CHECK, DRY_RUN, grpcurl, healthProbe, LIST, python, serveGrpc } from '../support/grpc-clients.ts';
import type { GrpcServed } from '../support/grpc-clients.ts';

const PYTHON_MS = 60_000;
const listener = createServer((socket) => socket.on('error', () => undefined));
const states: Record<string, GrpcServed> = {};
let secret: GrpcServed;

/** Nothing listens on this port. */
const REFUSED = { kind: 'tcp', host: '127.0.0.1', port: 1 };

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as { readonly port: number };
  const works = { kind: 'tcp', host: '127.0.0.1', port };
  const soft = { ...REFUSED, critical: false };
  states.working = await serveGrpc({ group: { works } });
  states.degraded = await serveGrpc({ group: { works }, soft });
  states.failing = await serveGrpc({ group: { works }, soft, hard: REFUSED });
  secret = await serveGrpc({ group: { works }, hard: REFUSED }, { isPublic: false });
});

afterAll(async () => {
  for (const served of [...Object.values(states), secret]) await served.stop();
  listener.close();
});

const addressOf = (state: string) => states[state]?.address ?? '';
const asking = (service: string) => ['-d', JSON.stringify({ service })];
const statusIn = ({ out }: { readonly out: string }) => (JSON.parse(out) as { readonly status: string }).status;

const TABLE = [
  ['working', '', 'SERVING', 0],
  ['degraded', '', 'SERVING', 0],
  ['degraded', 'soft', 'SERVING', 0],
  ['failing', '', 'NOT_SERVING', 4],
  ['failing', 'hard', 'NOT_SERVING', 4],
  ['failing', 'group', 'SERVING', 0],
  ['failing', 'group/works', 'SERVING', 0],
] as const;

describe('a namespace over gRPC', () => {
  it.each(TABLE)('that is %s answers grpcurl, asked for %j, with %s', async (state, service, status) => {
    expect(statusIn(await grpcurl(...asking(service), addressOf(state), CHECK))).toBe(status);
  });

  it.each(TABLE)(
    'that is %s answers grpc-health-probe, asked for %j, with %s',
    async (state, service, status, code) => {
      const probed = await healthProbe('-addr', addressOf(state), '-service', service);
      expect(probed).toMatchObject({ code });
      expect(probed.err).toContain(status);
    },
  );

  it(
    "answers Python's client, and a Flow's readiness in Jina's client, by its verdict",
    { timeout: PYTHON_MS },
    async () => {
      const asked = [...TABLE.map(([state, service]) => [addressOf(state), service]), [addressOf('working'), 'nope']];
      const flows = Object.values(states).map(({ address }) => address);
      const script = `
import json, sys, grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from jina import Client

asked, flows = json.loads(sys.argv[1])

def status(address, service):
    stub = health_pb2_grpc.HealthStub(grpc.insecure_channel(address))
    try:
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
        return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    except grpc.RpcError as error:
        return error.code().name

ready = [Client(host='grpc://' + address).is_flow_ready(timeout=10) for address in flows]
print(json.dumps({'statuses': [status(*one) for one in asked], 'ready': ready}))
`;
      const { out } = await python('-c', script, JSON.stringify([asked, flows]));
      expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toEqual({
        statuses: [...TABLE.map(([, , status]) => status), 'NOT_FOUND'],
        ready: [true, true, false],
      });
    },
  );

  it.each([
    ['working', 'flow', 0],
    ['degraded', 'gateway', 0],
    ['failing', 'flow', 1],
    ['failing', 'executor', 1],
  ])('that is %s makes jina ping %s exit with %i', { timeout: PYTHON_MS }, async (state, target, code) => {
    const host = target === 'executor' ? addressOf(state) : `grpc://${addressOf(state)}`;
    expect(await python('-m', 'jina', 'ping', target, host)).toMatchObject({ code });
  });

  it('tells all clients that a path does not exist', async () => {
    const asked = await grpcurl(...asking('group/none'), addressOf('working'), CHECK);
    expect(asked.err).toContain('Code: NotFound\n  Message: unknown service');
    expect(await healthProbe('-addr', addressOf('working'), '-service', 'none')).toMatchObject({ code: 3 });
  });

  it('lists the whole, every group and every check with their statuses', async () => {
    expect(JSON.parse((await grpcurl(addressOf('failing'), LIST)).out)).toEqual({
      statuses: {
        '': { status: 'NOT_SERVING' },
        group: { status: 'SERVING' },
        'group/works': { status: 'SERVING' },
        soft: { status: 'SERVING' },
        hard: { status: 'NOT_SERVING' },
      },
    });
  });

  it('answers a dry run without a token with the name of the check and the class of the error', async () => {
    expect(JSON.parse((await grpcurl(addressOf('failing'), DRY_RUN)).out)).toEqual({
      code: 'ERROR',
      description: 'hard: ConnectionError',
      exception: { name: 'ConnectionError', executor: 'hard' },
    });
    expect(JSON.parse((await grpcurl(addressOf('working'), DRY_RUN)).out)).toEqual({});
  });

  it("describes its services by reflection, with Jina's names and numbers", async () => {
    const { out } = await grpcurl(addressOf('working'), 'list');
    expect(out).toBe('grpc.health.v1.Health\njina.JinaGatewayDryRunRPC\n');
    expect((await grpcurl(addressOf('working'), 'describe', 'jina.StatusProto')).out).toMatchInlineSnapshot(`
      "jina.StatusProto is a message:
      message StatusProto {
        .jina.StatusProto.StatusCode code = 1;
        string description = 2;
        .jina.StatusProto.ExceptionProto exception = 3;
        message ExceptionProto {
          string name = 1;
          repeated string args = 2;
          repeated string stacks = 3;
          string executor = 4;
        }
        enum StatusCode {
          SUCCESS = 0;
          ERROR = 1;
        }
      }
      "
    `);
  });
});

describe('a namespace that is not public', () => {
  it('answers the token in the metadata, also of probes and in the spelling of JWT', async () => {
    const { address, token } = secret;
    expect(statusIn(await grpcurl(...bearer(token), address, CHECK))).toBe('NOT_SERVING');
    expect(statusIn(await grpcurl('-H', `authorization: JWT ${token}`, ...asking('group'), address, CHECK))).toBe(
      'SERVING',
    );
    const probed = await healthProbe(
      '-addr',
      address,
      '-service',
      'group',
      '-rpc-header',
      `authorization:Bearer ${token}`,
    );
    expect(probed).toMatchObject({ code: 0 });
  });

  it('tells a token everything in a dry run, and a token for summaries the class of the error alone', async () => {
    const { address, token, summaryToken } = secret;
    const [full, summary] = await Promise.all(
      [token, summaryToken].map(
        async (one) => JSON.parse((await grpcurl(...bearer(one), address, DRY_RUN)).out) as unknown,
      ),
    );
    const message = 'connection refused by tcp 127.0.0.1:1; is it running and listening there?';
    expect(full).toEqual({
      code: 'ERROR',
      description: `hard: ConnectionError: ${message}`,
      exception: { name: 'ConnectionError', args: [message], executor: 'hard' },
    });
    expect(summary).toEqual({
      code: 'ERROR',
      description: 'hard: ConnectionError',
      exception: { name: 'ConnectionError', executor: 'hard' },
    });
  });

  it('refuses no token, a wrong one, and one of another namespace with the same words, and logs no token', async () => {
    const { address, output } = secret;
    const wrong = [createToken('shop'), createToken('other'), 'opaque-and-wrong'];
    for (const method of [CHECK, LIST, DRY_RUN, 'grpc.health.v1.Health/Watch']) {
      for (const header of [[], ...wrong.map(bearer), ['-H', 'authorization: Basic eDp5']]) {
        const { code, err } = await grpcurl(...header, address, method);
        expect({ code, err: err.trim() }).toEqual({
          code: 64 + 16,
          err: 'ERROR:\n  Code: Unauthenticated\n  Message: no token, or one that opens nothing',
        });
      }
    }
    for (const token of [secret.token, secret.summaryToken, ...wrong]) {
      expect(output.out).not.toContain(token);
      expect(output.err).not.toContain(token);
    }
  });
});
