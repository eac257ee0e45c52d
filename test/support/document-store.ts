import { expect, test } from 'vitest';
import type { Store } from '../../lib/vault/store.ts';

const signal = () => AbortSignal.timeout(10_000);

/** What every store that can be written to must do with documents. */
export function testDocuments(open: () => Store | Promise<Store>): void {
  test('come back as the text that was written, the first time and later', async () => {
    const store = await open();
    const text = '{\n  "checks": { "z": 1, "a": { "2": "ü", "1": "\\u0000" } },\n  "access_tokens": []\n}\n';
    await store.write('written', text, signal());
    expect(await store.read('written', signal())).toBe(text);
    await store.write('written', '{}', signal());
    expect(await store.read('written', signal())).toBe('{}');
  });

  test('are not there where they were never written', async () => {
    expect(await (await open()).read('never-written', signal())).toBeUndefined();
  });
}
