/** The lights of the page: each state has a word, a shape and a colour, so that any one of them is enough. */
import { resultsOf } from '../../engine/tree.ts';
import type { CheckResult, Result, Verdict } from '../../engine/types.ts';
import { markup, raw } from './markup.ts';
import type { Markup } from './markup.ts';

/** `unknown`: the check was called off, which says nothing about its target. */
export type Light = Verdict | 'unknown';

/** Worst first. */
const LIGHTS: readonly Light[] = ['failing', 'degraded', 'unknown', 'working'];

export const WORDS: Readonly<Record<Light, string>> = {
  failing: 'failing',
  degraded: 'degraded',
  unknown: 'no data',
  working: 'working',
};

/** On a grid of 20 × 20. The surface is drawn in the colour of the light, the sign in the colour of the page. */
const SHAPES: Readonly<Record<Light, { readonly surface: string; readonly sign: string }>> = {
  failing: { surface: 'M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z', sign: 'M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4' },
  degraded: { surface: 'M10 1.8L19.4 18H.6z', sign: 'M10 7.4v5M10 15.3v.1' },
  unknown: { surface: 'M10 1l9 9-9 9-9-9z', sign: 'M7 10h6' },
  working: { surface: 'M10 1a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', sign: 'M5.8 10.4l2.9 2.9 5.5-6' },
};

export function lightOf({ error, verdict }: CheckResult): Light {
  return error?.code === 'AbortedError' ? 'unknown' : verdict;
}

/** The shapes, once for the whole page. `icon` refers to them. */
export const sprite = raw(
  `<svg class="sprite" aria-hidden="true">${LIGHTS.map((light) => {
    const { surface, sign } = SHAPES[light];
    const paths = `<path d="${surface}"/><path class="sign" d="${sign}"/>`;
    return `<symbol id="i-${light}" viewBox="0 0 20 20">${paths}</symbol>`;
  }).join('')}</svg>`,
);

const ICONS = new Map(
  LIGHTS.map((light) => [light, markup`<svg class="icon" aria-hidden="true"><use href="#i-${light}"/></svg>`]),
);

/** Beside the word, which says the same to those who do not see it. */
export function icon(light: Light): Markup | undefined {
  return ICONS.get(light);
}

const FAVICON_COLOURS: Readonly<Record<Light, string>> = {
  failing: '#c0322b',
  degraded: '#b06f00',
  unknown: '#6b7480',
  working: '#1f8a54',
};

/** The light as the picture in the browser's tab. */
export function favicon(light: Light): string {
  const { surface, sign } = SHAPES[light];
  const stroke = "fill='none' stroke='#fff' stroke-width='2.4' stroke-linecap='round'";
  const paths = `<path d='${surface}' fill='${FAVICON_COLOURS[light]}'/><path d='${sign}' ${stroke}/>`;
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'>${paths}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** The sign that stands for the verdict in the title, where there is no picture. */
export const SIGNS: Readonly<Record<Verdict, string>> = { failing: '✕', degraded: '!', working: '✓' };

/** How many checks have each light, worst first, without those that no check has. */
export function tally(result: Result): { readonly light: Light; readonly count: number }[] {
  const lights = resultsOf(result).map(lightOf);
  return LIGHTS.map((light) => ({ light, count: lights.filter((other) => other === light).length })).filter(
    ({ count }) => count > 0,
  );
}
