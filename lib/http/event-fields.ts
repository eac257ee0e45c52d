/** Reads fields of Lambda events, of which any may be missing or of another type than AWS documents. */
import type { Request } from './messages.ts';

/** An object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value, if it is an object with fields. */
export function recordOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** The texts of a field that holds one text or several. */
export function textsOf(value: unknown): string[] {
  return [value].flat().filter((item) => typeof item === 'string');
}

/** By lower-case name, with the values of a name joined. */
export function headersOf(fields: unknown): Request['headers'] {
  const pairs = Object.entries(recordOf(fields)).map(([name, value]) => [name.toLowerCase(), textsOf(value)] as const);
  return Object.fromEntries(pairs.flatMap(([name, texts]) => (texts.length > 0 ? [[name, texts.join(', ')]] : [])));
}

/** The parameters of a query, each with one value or several. */
export function pairsOf(parameters: unknown): [name: string, value: string][] {
  return Object.entries(recordOf(parameters)).flatMap(([name, value]) =>
    textsOf(value).map((text): [string, string] => [name, text]),
  );
}
