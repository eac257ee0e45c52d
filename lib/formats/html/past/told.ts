/** What the page tells its script of the history: arrays without names, since there are many of them. */

/** Beginning of the first mark in seconds since 1970, seconds of a mark, number of marks. */
export type Axis = readonly [from: number, length: number, count: number];

/** Seconds from the beginning of the strip, seconds that it lasted, whether it was down, the number of its message. */
export type ToldTrouble = readonly [from: number, length: number, isDown: 0 | 1, message: number];

/** Numbers up to 1295, each as two digits to the base of 36; `--` for none. */
export type Numbers = string;

/** Looks with their number (`u95z`), uptime in thousandths of each that was down, troubles, and their messages. */
export type ToldStrip = readonly [
  looks: string,
  uptimes: Numbers,
  troubles: readonly ToldTrouble[],
  messages: readonly string[],
];

/** Steps of the histogram of times in each quarter of an hour. */
export type ToldTimes = readonly [median: Numbers, p95: Numbers];

export interface PastData {
  readonly axes: readonly [Axis, Axis];
  /** By the index of the row: both strips and the times; 0 where there are none. */
  readonly rows: readonly (readonly [ToldStrip | 0, ToldStrip | 0, ToldTimes | 0])[];
}

/** A page has thousands of them. */
const DIGITS = Array.from({ length: 36 ** 2 }, (_, value) => value.toString(36).padStart(2, '0'));

export function digits(value = -1): Numbers {
  return DIGITS[value] ?? '--';
}
