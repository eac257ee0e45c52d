/** Servers whose answers would keep a driver busy for ever, which no deadline could end: so the check runs in a process of its own. */
import { expect, test } from 'vitest';
import { runCommand } from '../stack/command.ts';
import { CLI } from '../stack/product.ts';
import { answersGarbage } from '../support/faulty-server.ts';
import { documentText } from '../support/namespace.ts';
import { temporaryFolder } from '../support/temporary.ts';

const LIMIT_MS = 15_000;

/** An error of PostgreSQL whose last field, or whose list of fields, does not end. */
function endless(fields: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + fields.length);
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]);
}

test.each([
  ['field', endless('SFATAL\0C28P01')],
  ['list of fields', endless('SFATAL\0')],
  ['list, of which nothing is there', endless('')],
])('postgres: an error with a %s that does not end', async (_name, bytes) => {
  const server = await answersGarbage(bytes);
  const db = { kind: 'postgres', url: `postgres://user:password@127.0.0.1:${server.port}/db` };
  const vault = await temporaryFolder({ 'shop.json': documentText({ checks: { db } }) });
  const { output } = await runCommand(process.execPath, [CLI, 'check', '--vault', `file:${vault.path}`], LIMIT_MS);
  await server.stop();
  await vault.remove();
  expect(output).toMatch(/^failing\nfailing .* db UnhealthyError: postgres .* answers in another protocol/);
});
