/** Asks the app and formats its answer for people: the tree as it is, with one line for each check. */
import { styleText } from 'node:util';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The paths of the checks that do not work. */
  readonly failing: readonly string[];
}

interface Leaf {
  readonly status: string;
}

/** Milliseconds. Longer than any run may take. */
const ANSWER_WITHIN_MS = 35_000;

export async function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  const body: unknown = await response.json();
  return { status: response.status, body, failing: failingIn(body) };
}

export function show({ status, body }: Answer): string {
  return `HTTP ${String(status)}\n${showPart(body, '')}`;
}

function showPart(part: unknown, indent: string): string {
  if (isLeaf(part)) {
    const line = JSON.stringify(part).replaceAll('":"', '": "').replaceAll('","', '", "');
    return process.stdout.isTTY ? styleText(isWorking(part) ? 'green' : 'red', line) : line;
  }
  if (!isObject(part)) return JSON.stringify(part);
  const inner = `${indent}  `;
  const lines = Object.entries(part).map(
    ([name, value]) => `${inner}${JSON.stringify(name)}: ${showPart(value, inner)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function failingIn(part: unknown, path: readonly string[] = []): string[] {
  if (isLeaf(part)) return isWorking(part) ? [] : [path.join('/')];
  return isObject(part) ? Object.entries(part).flatMap(([name, value]) => failingIn(value, [...path, name])) : [];
}

function isWorking(leaf: Leaf): boolean {
  return leaf.status === 'working';
}

function isLeaf(part: unknown): part is Leaf {
  return isObject(part) && typeof part.status === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
