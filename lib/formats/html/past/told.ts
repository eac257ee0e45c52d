/** What the page tells its script of the history: arrays without names, since there are many of them. */

/** Beginning of the first mark in seconds since 1970, seconds of a mark, number of marks. */
export type Axis = readonly [from: number, length: number, count: number];

/** Seconds from the beginning of the strip, seconds that it lasted, whether it was down, the number of its message. */
export type ToldTrouble = readonly [from: number, length: number, isDown: 0 | 1, message: number];

/** Looks with their number (`u95z1`); uptime of each mark that is neither up nor empty, in thousandths; troubles. */
export type ToldStrip = readonly [looks: string, uptimes: readonly number[], troubles: readonly ToldTrouble[]];

/** Steps of the histogram of times in each quarter of an hour, -1 for none. */
export type ToldTimes = readonly [median: readonly number[], p95: readonly number[]];

export interface PastData {
  readonly axes: readonly [Axis, Axis];
  readonly messages: readonly string[];
  /** By the index of the row. */
  readonly rows: readonly (readonly [ToldStrip | 0, ToldStrip | 0, ToldTimes])[];
}
