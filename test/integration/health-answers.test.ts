/** Answers in JSON that RAGFlow and Infinity might give, and that the stand-ins of the contract suite do not. */
import { afterEach, describe, expect, test } from 'vitest';
import { fixedAnswer } from '../support/fixed-answer.ts';
import type { FixedAnswer } from '../support/fixed-answer.ts';
import { runLeaf } from '../support/run-leaf.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** What the check says of a server whose answers are these, one after another. */
async function asked(kind: string, answers: readonly FixedAnswer[], keys: object = {}) {
  const server = await fixedAnswer((index) => answers[index] ?? { status: 404 });
  stops.push(() => server.stop());
  const { status, result } = await runLeaf({ kind, url: server.url, timeout: 2, ...keys });
  return {
    status: status.replaceAll(`${kind} 127.0.0.1:${String(server.port)}`, 'TARGET'),
    figures: result.observed.map(({ name, value }) => [name, value] as const),
    paths: server.asked.map(({ path }) => path),
  };
}

const json = (status: number, body: object): FixedAnswer => ({ status, body: JSON.stringify(body) });

describe('ragflow', () => {
  const PARTS = { db: 'ok', redis: 'ok', doc_engine: 'ok', storage: 'ok' };

  test('one answer serves all parts, and the older path is not asked where the newer one fails', async () => {
    const nok = { ...PARTS, db: 'nok', status: 'nok', _meta: { db: { elapsed: '1.5', error: 'gone' } } };
    expect(await asked('ragflow', [json(500, nok), json(200, { ...PARTS, status: 'ok' })])).toEqual({
      status: 'UnhealthyError: db is nok in TARGET: gone',
      figures: [['elapsed', 1.5]],
      paths: ['/api/v1/system/healthz'],
    });
  });

  test.each<[string, FixedAnswer, string]>([
    [
      'a status that the original does not use',
      json(503, { ...PARTS, status: 'ok' }),
      'UnhealthyError: TARGET answered 503, expected 200 or 500',
    ],
    [
      'a whole that is nok under a status of success',
      json(200, { ...PARTS, status: 'nok' }),
      'UnhealthyError: TARGET answered 200 and says that it is not ok, but not which part',
    ],
    [
      'a whole that is ok under a status of failure',
      json(500, { ...PARTS, status: 'ok' }),
      'UnhealthyError: TARGET answered 500 and says that it is not ok, but not which part',
    ],
    [
      'a page with an empty line before it',
      { status: 200, body: '\n<!DOCTYPE html><title>RAGFlow</title>' },
      'UnhealthyError: TARGET answered 200, but the body is a page of HTML, not JSON',
    ],
  ])('%s is a failure', async (_what, answer, status) => {
    expect((await asked('ragflow', [answer])).status).toBe(status);
  });

  test('a time that is no number is not observed', async () => {
    const nok = { ...PARTS, db: 'nok', status: 'nok', _meta: { db: { elapsed: 'long', error: 'gone' } } };
    expect((await asked('ragflow', [json(500, nok)])).figures).toEqual([]);
  });

  test('a part that every object of JavaScript has is missing if the answer does not have it', async () => {
    const keys = { parts: ['db', 'constructor'] };
    const { status } = await asked('ragflow', [json(200, { db: 'ok', status: 'ok' })], keys);
    expect(status).toBe('UnhealthyError: TARGET answered 200, but without the part constructor');
  });
});

describe('infinity', () => {
  test.each<[string, FixedAnswer, readonly (readonly [string, string])[]]>([
    ['a node as the documentation has it', json(200, { error_code: 0, node_role: 'learner' }), [['role', 'learner']]],
    [
      'a status in capitals',
      json(200, { error_code: 0, node: { role: 'leader', status: 'Alive' } }),
      [
        ['role', 'leader'],
        ['status', 'Alive'],
      ],
    ],
  ])('%s works', async (_what, answer, figures) => {
    expect(await asked('infinity', [answer])).toMatchObject({ status: 'working', figures });
  });

  test.each<[string, FixedAnswer, string]>([
    [
      'no error under a status of failure',
      json(500, { error_code: 0, node: { role: 'leader', status: 'alive' } }),
      'UnhealthyError: TARGET answered 500 with error_code 0',
    ],
    [
      'a status that the original does not use',
      json(503, { error_code: 0, node: { role: 'leader', status: 'alive' } }),
      'UnhealthyError: TARGET answered 503, expected 200',
    ],
  ])('%s is a failure', async (_what, answer, status) => {
    expect((await asked('infinity', [answer])).status).toBe(status);
  });
});
