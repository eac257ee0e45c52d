import { describe, expect, test } from 'vitest';
import { DecodedSpans } from '../../../lib/history/decoded.ts';
import { addTo, emptySpan, QUARTER_MS } from '../../../lib/history/span.ts';
import { largeSample, MIDNIGHT } from '../../support/history-samples.ts';

const spanOf = (checks: number) =>
  addTo(emptySpan(MIDNIGHT, QUARTER_MS), largeSample('shop', MIDNIGHT, checks - 1, 'up'));
const bytes = (text: string) => Buffer.from(text);

function counted(checks = 2) {
  const state = { decoded: 0 };
  const decode = () => {
    state.decoded += 1;
    return Promise.resolve(spanOf(checks));
  };
  return { state, decode };
}

describe('a span that was decoded', () => {
  test('is used again as long as what is stored is the same', async () => {
    const [spans, { state, decode }] = [new DecodedSpans(), counted()];
    const first = await spans.get('shop', 'q#1', bytes('one'), decode);
    expect(await spans.get('shop', 'q#1', bytes('one'), decode)).toBe(first);
    expect(state.decoded).toBe(1);
    expect(await spans.get('shop', 'q#1', bytes('two'), decode)).not.toBe(first);
    expect(await spans.get('shop', 'q#1', bytes('two'), decode)).not.toBe(first);
    expect(state.decoded).toBe(2);
  });

  test('belongs to one namespace and one key', async () => {
    const [spans, { state, decode }] = [new DecodedSpans(), counted()];
    for (const [namespace, key] of [
      ['shop', 'q#1'],
      ['shop', 'd#1'],
      ['blog', 'q#1'],
    ] as const)
      await spans.get(namespace, key, bytes('same'), decode);
    expect(state.decoded).toBe(3);
  });

  test('is forgotten where there are too many checks: what was not used for longest first', async () => {
    const [spans, { state, decode }] = [new DecodedSpans(), counted(20_000)];
    const read = (key: string) => spans.get('shop', key, bytes('same'), decode);
    for (const key of ['q#1', 'q#2', 'q#1', 'q#3']) await read(key);
    expect(state.decoded).toBe(3);
    await read('q#1');
    expect(state.decoded).toBe(3);
    await read('q#2');
    expect(state.decoded).toBe(4);
  });

  test('counts with its troubles, whose messages take most of the room', async () => {
    const down = largeSample('shop', MIDNIGHT, 15_000, 'down');
    const troubled = addTo(emptySpan(MIDNIGHT, QUARTER_MS), down);
    const [spans, state] = [new DecodedSpans(), { decoded: 0 }];
    const read = (key: string) =>
      spans.get('shop', key, bytes('same'), () => {
        state.decoded += 1;
        return Promise.resolve(troubled);
      });
    for (const key of ['q#1', 'q#2', 'q#1']) await read(key);
    expect(state.decoded).toBe(3);
  });

  test('is not kept where it alone has too many checks, and what fails is tried again', async () => {
    const [spans, { state, decode }] = [new DecodedSpans(), counted(60_000)];
    for (let time = 0; time < 2; time += 1) await spans.get('shop', 'q#1', bytes('same'), decode);
    expect(state.decoded).toBe(2);
    const damaged = () => Promise.reject(new Error('damaged'));
    await expect(spans.get('shop', 'q#2', bytes('same'), damaged)).rejects.toThrow('damaged');
    await spans.get('shop', 'q#2', bytes('same'), counted().decode);
  });
});
