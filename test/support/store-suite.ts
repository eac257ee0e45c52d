/** Tests that every store on a server must pass. */
import { expect, test } from 'vitest';
import { CheckError } from '../../lib/errors.ts';
import { DocumentError } from '../../lib/problem.ts';
import type { Store } from '../../lib/vault/stores/store.ts';
import { freePort } from '../stack/process.ts';
import { answersGarbage, blackHole, closesImmediately, corruptingProxy } from './faulty-server.ts';
import { openHandles, settledHandles } from './handles.ts';

const signal = () => AbortSignal.timeout(10_000);

/** Tests of reading and writing documents. */
export function testDocuments(open: () => Store | Promise<Store>): void {
  test('returns a document as the text that was written, the first time and later', async () => {
    const store = await open();
    const text = '{\n  "checks": { "z": 1, "a": { "2": "ü", "1": "\\u0000" } },\n  "access_tokens": []\n}\n';
    await store.write('written', text, signal());
    expect(await store.read('written', signal())).toBe(text);
    await store.write('written', '{}', signal());
    expect(await store.read('written', signal())).toBe('{}');
  });

  test('finds no document that was never written', async () => {
    expect(await (await open()).read('never-written', signal())).toBeUndefined();
  });

  test('leaves nothing open after it writes, reads and lists documents', async () => {
    const store = await open();
    const before = openHandles();
    await store.write('handles', '{}', signal());
    await store.read('handles', signal());
    await store.list(signal());
    expect(await settledHandles(before)).toEqual([]);
  });
}

/**
 * Tests of a store on servers of another sort.
 *
 * @param open Opens a store whose server is on this port of the loopback interface.
 */
export function testStrangers(open: (port: number) => Store | Promise<Store>): void {
  test.each([
    ['refuses the connection', undefined, 'ConnectionError'],
    ['closes the connection immediately', closesImmediately, 'ConnectionError'],
    ['answers garbage', () => answersGarbage(Buffer.from('220 mail.example ESMTP\r\n')), 'UnhealthyError'],
  ])('reports an error when the server %s', async (_name, start, name) => {
    const server = await start?.();
    try {
      const store = await open(server?.port ?? (await freePort()));
      await expect(store.read('prod', signal())).rejects.toMatchObject({ name });
    } finally {
      await server?.stop();
    }
  });

  test('stops waiting for a silent server when the signal is aborted, and leaves nothing open', async () => {
    const server = await blackHole();
    const before = openHandles();
    const controller = new AbortController();
    const store = await open(server.port);
    const reading = store.read('prod', controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 200);
    await expect(reading).rejects.toThrow();
    expect(await settledHandles(before)).toEqual([]);
    await server.stop();
  });
}

const CORRUPTED = 20;
const CORRUPTED_MS = 500;

/**
 * Tests of a store whose answers are corrupted on the way.
 *
 * @param realPort Port of the server.
 * @param open     Opens a store whose server is on this port of the loopback interface.
 */
export function testCorrupted(realPort: () => number, open: (port: number) => Store | Promise<Store>): void {
  test('reports corrupted answers as known errors', async () => {
    for (let seed = 1; seed <= CORRUPTED; seed += 1) {
      const proxy = await corruptingProxy(realPort(), seed);
      const store = await open(proxy.port);
      const unexpected = async (work: (signal: AbortSignal) => Promise<unknown> | undefined) => {
        const limit = AbortSignal.timeout(CORRUPTED_MS);
        const error: unknown = await Promise.resolve(work(limit)).then(
          () => undefined,
          (error: unknown) => error,
        );
        return limit.aborted || error instanceof CheckError || error instanceof DocumentError ? undefined : error;
      };
      const found = [
        await unexpected((limit) => store.read('prod', limit)),
        await unexpected((limit) => store.readMany?.(['prod', 'dev'], limit)),
        await unexpected((limit) => store.list(limit)),
      ];
      expect([seed, ...found]).toEqual([seed, undefined, undefined, undefined]);
      await proxy.stop();
    }
  });
}
