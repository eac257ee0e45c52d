/** How long the largest documents keep everything else waiting: read, run and written in each format. */
import { parseNamespace } from '../../lib/document/namespace.ts';
import { run } from '../../lib/engine/run.ts';
import { formats } from '../../lib/formats/index.ts';
import { createLog } from '../../lib/log.ts';
import { largeDocuments } from './documents.ts';
import { ms } from './figure.ts';
import type { Figure } from './figure.ts';
import { watchStalls } from './stall.ts';
import { viewOf } from '../support/reports.ts';

const ASKED_MS = 100;
const SETTLES_MS = 20;

export async function largeDocumentsRun(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, source] of Object.entries(largeDocuments)) {
    await stepsOf(source); // what is loaded and compiled only once
    for (const [step, wait] of Object.entries(await stepsOf(source)))
      figures.push({
        name: `longest stall, ${name}: ${step}`,
        asked: `≤ ${String(ASKED_MS)} ms`,
        measured: ms(wait),
        ok: wait <= ASKED_MS,
      });
  }
  return figures;
}

/** The longest wait during each step, in milliseconds. */
async function stepsOf(source: string): Promise<Record<string, number>> {
  const waits: Record<string, number> = {};
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const stall = watchStalls();
    const result = await work();
    await new Promise((resolve) => setTimeout(resolve, SETTLES_MS));
    waits[name] = stall();
    return result;
  };
  const namespace = await step('reading', () => parseNamespace('bench', source));
  const vault = { isRemote: false, prove: () => Promise.resolve() };
  const log = createLog(() => undefined);
  const options = { namespace: 'bench', deadlineMs: namespace.deadlineMs, vault, log };
  const report = await step('running', () => run(namespace.root, options));
  const view = viewOf(report);
  for (const entry of formats) {
    const format = await entry.load();
    await step(`writing ${entry.name}`, () => Promise.resolve(format.render(view)));
  }
  return waits;
}
