/** What a check measures in addition to whether it works: the depth of a queue, the days left of a certificate. */
import { shortLine } from '../errors.ts';

/** Declares a figure that a kind of check may observe, under a name such as `depth`. */
export interface FigureDeclaration {
  /** For people: `messages waiting`. */
  readonly label: string;
  /** What a number counts, in the plural: `messages`, `seconds`, `bytes`. Empty for texts. */
  readonly unit: string;
  readonly sort: keyof Values;
  /** How a series is drawn on the status page; as a line of its own unless given. */
  readonly chart?: ChartPart;
}

/** The part that a series has in a chart with others. */
export interface ChartPart {
  /** Says what the chart is of. The series of a check that have the same name are drawn together. */
  readonly name: string;
  /** `bar`: stacked on those before it. `line`: above the bars, with a scale of its own. */
  readonly draw: 'bar' | 'line';
  /** The colour of a bar, if many of them are a good sign or a bad one. */
  readonly light?: 'working' | 'failing';
}

interface Values {
  number: number;
  text: string;
  list: readonly string[];
  series: readonly Point[];
}

/** One value of a series. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

export type FigureValue = Values[keyof Values];

export type Declarations = Readonly<Record<string, FigureDeclaration>>;

/** The values of declared figures. */
export type FiguresOf<Declared extends Declarations> = {
  readonly [Name in keyof Declared]: Values[Declared[Name]['sort']];
};

/** A figure in a report. */
export interface Figure {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly value: FigureValue;
  readonly chart?: ChartPart;
}

const MAX_TEXT_LENGTH = 200;
const MAX_ITEMS = 20;
const MAX_POINTS = 1000;

/** The figures for a report, in the order of their declaration. They come from servers, so their sizes are bounded. */
export function figuresIn(values: Readonly<Record<string, FigureValue | undefined>>, declared: Declarations): Figure[] {
  return Object.entries(declared).flatMap(([name, { label, unit, chart }]) => {
    const value = values[name];
    const kept = value === undefined ? undefined : bounded(value);
    return kept === undefined ? [] : [{ name, label, unit, value: kept, ...(chart && { chart }) }];
  });
}

function bounded(value: FigureValue): FigureValue | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return textIn(value);
  if (isSeries(value)) return value.filter((point) => Number.isFinite(point.value)).slice(-MAX_POINTS);
  return value.slice(0, MAX_ITEMS).map(textIn);
}

function isSeries(value: readonly string[] | readonly Point[]): value is readonly Point[] {
  return typeof value[0] === 'object';
}

function textIn(text: string): string {
  return shortLine(text.slice(0, 2 * MAX_TEXT_LENGTH), MAX_TEXT_LENGTH);
}
