/** `healthgate serve --grpc-port`: watching, TLS, mistakes at the start, and the end. */
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { makeCertificates } from '../stack/servers/shared/certificates.ts';
import type { Certificates } from '../stack/servers/shared/certificates.ts';
import { programIn, runCli, runProgram } from '../support/cli.ts';
import { bearer, CHECK, GRPCURL, grpcurl, healthProbe, serveGrpc, WATCH } from '../support/grpc-clients.ts';
import type { GrpcServed } from '../support/grpc-clients.ts';
import { temporaryFolder } from '../support/temporary.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(...given: Parameters<typeof serveGrpc>): Promise<GrpcServed> {
  const served = await serveGrpc(...given);
  cleanUps.push(() => served.stop());
  return served;
}

async function listening(port = 0): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  cleanUps.push(() => server.close());
  return server;
}

const portOf = (server: Server) => (server.address() as { readonly port: number }).port;
const VAULT = { vault: { kind: 'secrets_manager' } };

/** grpcurl, watching until it is stopped. */
function watch(...args: readonly string[]) {
  const child = spawn(GRPCURL, ['-plaintext', ...args, WATCH], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (output.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output.err += bytes.toString()));
  cleanUps.push(() => child.kill());
  return { output, statuses: () => [...output.out.matchAll(/"status": "(\w+)"/g)].map(([, status]) => status) };
}

describe('whoever watches', () => {
  it('sees a server stop and start again', async () => {
    const server = await listening();
    const port = portOf(server);
    const { address } = await start({ group: { it: { kind: 'tcp', host: '127.0.0.1', port } } });
    const whole = watch(address);
    const part = watch('-d', '{"service":"group/it"}', address);
    const bothSee = (statuses: readonly string[]) =>
      expect.poll(() => [whole.statuses(), part.statuses()], { timeout: 10_000 }).toEqual([statuses, statuses]);
    await bothSee(['SERVING']);
    server.close();
    await bothSee(['SERVING', 'NOT_SERVING']);
    await listening(port);
    await bothSee(['SERVING', 'NOT_SERVING', 'SERVING']);
  });

  it('sees what a caller over HTTP finds out, although it is not looked at again for an hour', async () => {
    const server = await listening();
    const checks = { it: { kind: 'tcp', host: '127.0.0.1', port: portOf(server) } };
    const { address, url, token } = await start(checks, { keys: { max_age: 3600 } });
    const { statuses } = watch('-d', '{"service":"it"}', address);
    await expect.poll(statuses).toEqual(['SERVING']);
    server.close();
    await fetch(`${url}/api/health/${token}/`, { headers: { 'cache-control': 'no-cache' } });
    await expect.poll(statuses).toEqual(['SERVING', 'NOT_SERVING']);
  });

  it('sees a check come and go with the document, and is ended when the token is revoked', async () => {
    const { address, token, folder } = await start(VAULT, { isPublic: false });
    const { output, statuses } = watch(...bearer(token), '-d', '{"service":"new"}', address);
    await expect.poll(statuses).toEqual(['SERVICE_UNKNOWN']);
    const file = join(folder, 'shop.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"vault"', '"new"'));
    await expect.poll(statuses, { timeout: 10_000 }).toEqual(['SERVICE_UNKNOWN', 'SERVING']);
    await writeFile(file, text.replace(token, 'an-entirely-different-token'));
    await expect.poll(() => output.err, { timeout: 10_000 }).toContain('Code: Unauthenticated');
  });

  it('is told when the service stops, which exits with 0 although a client is still connected', async () => {
    const served = await start(VAULT);
    const { output, statuses } = watch(served.address);
    await expect.poll(statuses).toEqual(['SERVING']);
    expect(await served.stop()).toBe(0);
    await expect.poll(() => output.err).toContain('Code: Unavailable\n  Message: the service stops');
  });
});

describe('TLS', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let made: Certificates;
  const inFolder = (name: string) => join(folder.path, name);

  beforeAll(async () => {
    folder = await temporaryFolder({ 'empty.pem': '', 'junk.pem': 'not a certificate' });
    made = await makeCertificates(folder.path);
    const openssl = (...args: string[]) => runProgram('openssl', args);
    await openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', inFolder('other.key'));
    await openssl('pkcs8', '-topk8', '-in', made.keyFile, '-passout', 'pass:x', '-out', inFolder('locked.key'));
    await openssl('req', '-new', '-key', made.keyFile, '-subj', '/CN=old', '-out', inFolder('old.csr'));
    const signing = ['-in', inFolder('old.csr'), '-signkey', made.keyFile, '-days', '-1', '-out', inFolder('old.pem')];
    await openssl('x509', '-req', ...signing);
  });

  afterAll(() => folder.remove());

  it('is spoken with the certificate and the key of the flags, and nothing else is', async () => {
    const { address, output } = await start(VAULT, {
      args: ['--grpc-cert', made.certFile, '--grpc-key', made.keyFile],
    });
    expect(output.out).toContain(`Speaking gRPC on ${address} over TLS\n`);
    const asked = await runProgram(GRPCURL, ['-cacert', made.caFile, address, CHECK]);
    expect(JSON.parse(asked.out)).toEqual({ status: 'SERVING' });
    const probed = await healthProbe('-addr', address, '-tls', '-tls-ca-cert', made.caFile);
    expect(probed).toMatchObject({ code: 0 });
    expect((await grpcurl('-max-time', '2', address, CHECK)).code).not.toBe(0);
  });

  it('is refused with a certificate that has expired', async () => {
    const files = ['--grpc-cert', inFolder('old.pem'), '--grpc-key', made.keyFile];
    const { code, err } = await runCli(['serve', '--port', '0', '--grpc-port', '0', ...files]);
    expect(code).toBe(2);
    expect(err).toMatch(/^healthgate serve: --grpc-cert \S+old\.pem: the certificate expired on \w+ +\d+ /);
  });

  it.each([
    ['a certificate without a key', ['cert', ''], '--grpc-cert needs --grpc-key'],
    ['a key without a certificate', ['', 'key'], '--grpc-key needs --grpc-cert'],
    [
      'a certificate that does not exist',
      ['none', 'key'],
      '--grpc-cert <none>: cannot be read: no such file or directory (ENOENT)',
    ],
    [
      'an empty certificate',
      ['empty', 'key'],
      '--grpc-cert <empty>: holds no certificate; expected PEM, -----BEGIN CERTIFICATE-----',
    ],
    [
      'a file without a certificate',
      ['junk', 'key'],
      '--grpc-cert <junk>: holds no certificate; expected PEM, -----BEGIN CERTIFICATE-----',
    ],
    [
      'a key in place of the certificate',
      ['key', 'key'],
      '--grpc-cert <key>: holds no certificate; expected PEM, -----BEGIN CERTIFICATE-----',
    ],
    [
      'a certificate in place of the key',
      ['cert', 'cert'],
      '--grpc-key <cert>: holds no private key; expected PEM, -----BEGIN PRIVATE KEY-----',
    ],
    [
      'the key of another certificate',
      ['cert', 'other'],
      '--grpc-key <other>: is not the key of the certificate in <cert>',
    ],
    [
      'a key with a passphrase',
      ['cert', 'locked'],
      '--grpc-key <locked>: the key has a passphrase; expected one without',
    ],
  ])('is refused with %s, in words', async (_what, [cert = '', key = ''], message) => {
    const files: Readonly<Record<string, string>> = {
      ...{ cert: made.certFile, key: made.keyFile, none: inFolder('none.pem'), empty: inFolder('empty.pem') },
      ...{ junk: inFolder('junk.pem'), other: inFolder('other.key'), locked: inFolder('locked.key') },
    };
    const flag = (option: string, name: string) => (name === '' ? [] : [option, files[name] ?? '']);
    const args = ['serve', '--port', '0', '--grpc-port', '0', ...flag('--grpc-cert', cert), ...flag('--grpc-key', key)];
    const { code, out, err } = await runCli(args, { cwd: folder.path });
    const expected = message.replaceAll(/<(\w+)>/g, (_all, name: string) => files[name] ?? '');
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: `healthgate serve: ${expected}\nSee ${programIn(folder.path)} serve --help.\n`,
    });
  });
});

test.each([
  [['--grpc-port', 'x'], '--grpc-port: expected a whole number from 0 to 65535'],
  [['--grpc-cert', 'cert.pem'], '--grpc-cert: only with --grpc-port'],
  [['--grpc-key', 'key.pem'], '--grpc-key: only with --grpc-port'],
])('serve refuses %j in words', async (args, message) => {
  const { code, err } = await runCli(['serve', '--port', '0', ...args]);
  expect({ code, err }).toEqual({ code: 2, err: `healthgate serve: ${message}\nSee ${programIn()} serve --help.\n` });
});

test('a gRPC port that another program has is told in words, and serve ends', async () => {
  const port = String(portOf(await listening()));
  const folder = await temporaryFolder();
  cleanUps.push(() => folder.remove());
  const { code, out, err } = await runCli(['serve', '--port', '0', '--grpc-port', port], { cwd: folder.path });
  expect({ code, out, err }).toEqual({
    code: 2,
    out: '',
    err:
      `healthgate serve: cannot listen on 127.0.0.1:${port}: address already in use (EADDRINUSE); ` +
      `choose another with --grpc-port\nSee ${programIn(folder.path)} serve --help.\n`,
  });
});
