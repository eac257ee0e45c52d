/** The formats, one line each. The first is the one for requests that settle nothing. */
import type { Format } from './format.ts';
import { json } from './json.ts';
import { text } from './text.ts';

export const formats: readonly [Format, ...Format[]] = [json, text];
