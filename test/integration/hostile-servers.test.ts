/** Servers whose answers could keep a driver busy for ever or end the process. Each check runs in its own process. */
import { expect, inject, test } from 'vitest';
import { runCommand } from '../stack/command.ts';
import { CLI } from '../stack/product.ts';
import { answersGarbage, rewritingProxy } from '../support/faulty-server.ts';
import { documentText } from '../support/namespace.ts';
import { temporaryFolder } from '../support/temporary.ts';

const LIMIT_MS = 15_000;

/** Runs `healthgate check` on this check alone. Returns its output. */
async function checked(leaf: object): Promise<string> {
  const vault = await temporaryFolder({ 'shop.json': documentText({ checks: { leaf } }) });
  const { output } = await runCommand(process.execPath, [CLI, 'check', '--vault', `file:${vault.path}`], LIMIT_MS);
  await vault.remove();
  return output;
}

/** An error message of PostgreSQL whose last field, or whose list of fields, has no end. */
function endless(fields: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + fields.length);
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]);
}

test.each([
  ['whose last field has no end', endless('SFATAL\0C28P01')],
  ['whose list of fields has no end', endless('SFATAL\0')],
  ['without fields', endless('')],
])('reports a postgres error %s as another protocol', async (_name, bytes) => {
  const server = await answersGarbage(bytes);
  const output = await checked({ kind: 'postgres', url: `postgres://user:password@127.0.0.1:${server.port}/db` });
  await server.stop();
  expect(output).toMatch(/^failing .*\nfailing .* leaf UnhealthyError: postgres .* answers in another protocol/);
});

test('reports a closed connection for a rabbitmq frame that is too large, right after the handshake', async () => {
  const { url, port } = inject('stack').rabbitmq;
  const openOk = Buffer.from([0, 10, 0, 41]); // https://www.rabbitmq.com/resources/specs/amqp0-9-1.xml
  const huge = Buffer.from([1, 0, 0, 255, 255, 255, 255]);
  const proxy = await rewritingProxy(port, (bytes) => (bytes.includes(openOk) ? Buffer.concat([bytes, huge]) : bytes));
  const output = await checked({
    kind: 'rabbitmq',
    url: Object.assign(new URL(url), { port: String(proxy.port) }).href,
  });
  await proxy.stop();
  expect(output).toMatch(
    /^failing .*\nfailing .* leaf ConnectionError: connection closed by rabbitmq 127\.0\.0\.1:\d+$/m,
  );
});
