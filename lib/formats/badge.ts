/**
 * A badge as an SVG image, in the shape that readers of READMEs know. The library that draws them, badge-maker, would
 * add 900 kB of text widths to the bundle.
 */
import { badgeTexts, UPTIME_WANTED, uptimeTexts } from './badge-texts.ts';
import type { BadgeTexts, Grade } from './badge-texts.ts';
import type { Format, View } from './format.ts';
import { escapedXml } from './xml.ts';

/** White text on each of them has a contrast of more than 4.5. */
const COLORS: Readonly<Record<Grade, string>> = {
  working: '#2e7d32',
  degraded: '#8a6100',
  failing: '#b3261e',
  unknown: '#5d6672',
};

const HEIGHT = 20;
/** Pixels to the left and to the right of a text. */
const PADDING = 6;
const FONT_SIZE = 11;

export const badge: Format = badgeWith(badgeTexts);

/** With `?of=uptime-30d`. */
export const uptimeBadge: Format = { ...badgeWith(uptimeTexts), wants: () => UPTIME_WANTED };

function badgeWith(textsOf: (view: View) => BadgeTexts): Format {
  return {
    contentType: 'image/svg+xml',
    // Pages show no image that is answered with an error.
    status: () => 200,
    render: (view) => drawing(textsOf(view)),
  };
}

function drawing({ label, message, grade }: BadgeTexts): string {
  const [left, right] = [boxWidth(label), boxWidth(message)];
  const title = escapedXml(`${label}: ${message}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(left + right)}" height="${String(HEIGHT)}" role="img"`,
    ` aria-label="${title}"><title>${title}</title>`,
    `<clipPath id="r"><rect width="${String(left + right)}" height="${String(HEIGHT)}" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${String(left)}" height="${String(HEIGHT)}" fill="#555"/>`,
    `<rect x="${String(left)}" width="${String(right)}" height="${String(HEIGHT)}"`,
    ` fill="${COLORS[grade]}"/></g>`,
    `<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="${String(FONT_SIZE)}">`,
    text(label, PADDING),
    text(message, left + PADDING),
    '</g></svg>\n',
  ].join('');
}

/** The width is fixed, so that the text fits even where the font is another one. */
function text(content: string, x: number): string {
  const width = String(boxWidth(content) - 2 * PADDING);
  const place = `x="${String(x)}" y="14" textLength="${width}" lengthAdjust="spacingAndGlyphs"`;
  return `<text ${place}>${escapedXml(content)}</text>`;
}

function boxWidth(content: string): number {
  return Math.ceil(textWidth(content)) + 2 * PADDING;
}

/** Widths of the characters from space to tilde in Verdana, in 1/2048 of the font's size. */
const WIDTHS = [
  ...[720, 806, 940, 1676, 1302, 2204, 1488, 550, 930, 930, 1302, 1676, 745, 930, 745, 930],
  ...[1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117],
  ...[2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588, 1539, 862, 931, 1419, 1140, 1726, 1532, 1612],
  ...[1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403, 930, 930, 930, 1676, 1302],
  ...[1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992, 1296, 1243],
  ...[1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676],
];
/** Any other character may be as wide as it is high. */
const WIDEST = 2048;

function textWidth(content: string): number {
  const widths = Array.from(content, (character) => WIDTHS[(character.codePointAt(0) ?? 0) - 32] ?? WIDEST);
  return (FONT_SIZE * widths.reduce((sum, width) => sum + width, 0)) / 2048;
}
