/** The status page as one document. */
import { outagesIn } from '../../engine/outages.ts';
import { resultsOf } from '../../engine/tree.ts';
import { oneLine } from '../../errors.ts';
import type { View } from '../format.ts';
import { HISTORY_MISSING } from '../history-words.ts';
import { CUT_OFF } from '../whole.ts';
import { anchorsOf } from './anchors.ts';
import assets from './assets.json' with { type: 'json' };
import { blamedBy, causes } from './causes.ts';
import { groups } from './groups.ts';
import { header } from './header.ts';
import { favicon, SIGNS, sprite } from './lights.ts';
import { markup, joined, raw } from './markup.ts';
import type { Markup } from './markup.ts';
import { dataOf } from './past/data.ts';
import { maintenanceNotes } from './past/maintenance.ts';
import { outageList } from './past/outages.ts';
import { pastOf } from './past/rows.ts';
import { historySection } from './past/section.ts';

/** Milliseconds: a page does not ask more often. */
const MIN_REFRESH_MS = 5000;

/** @param formats The names of the formats to link to. */
export function page(view: View, formats: readonly string[]): string {
  const { report, namespace, summary } = view;
  const outages = summary ? [] : outagesIn(report.result);
  const past = pastOf(view);
  const rows = { anchors: anchorsOf(report.result), blamed: blamedBy(outages), bare: summary, past };
  const refreshMs = Math.max(namespace.maxAgeMs, MIN_REFRESH_MS);
  const count = resultsOf(report.result).length;
  const note = (text: string) => markup`<p class="card note"><strong>Note:</strong> ${text}.</p>`;
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>${SIGNS[report.verdict]} ${oneLine(namespace.name)}: ${report.verdict}</title>
        <link rel="icon" href="${favicon(report.verdict)}">
        <style>${raw(assets.style)}</style>
        ${past && PAST_STYLE}
      </head>
      <body class="${report.verdict}" data-refresh="${refreshMs}" data-verdict="${report.verdict}">
        ${sprite}
        <a class="skip" href="#checks">Skip to the checks</a>
        ${header(view, outages, past)}
        <main${past === undefined ? undefined : RECORDED}>
          ${report.observerCutOff ? note(CUT_OFF) : undefined}
          ${view.isHistoryMissing === true ? note(HISTORY_MISSING) : undefined}
          ${past && maintenanceNotes(past.history.windows ?? [], past.history.at)}
          ${causes(outages, rows)}
          ${past && historySection(past)}
          <section class="checks" aria-labelledby="checks">
            <div class="bar"><h2 id="checks" tabindex="-1">Checks</h2>${count === 0 ? undefined : TOOLS}</div>
            ${groups(report.result, rows)}
            <p class="none" hidden>No check matches.</p>
          </section>
          ${past && outageList(past.history.outages ?? [], past.history.at)}
        </main>
        <footer>${footer(summary ? [] : formats)}</footer>
        <div class="offline" data-keep hidden><p role="status"></p><p class="age"></p></div>
        <p class="vh" role="status" id="announce" data-keep></p>
        ${past && dataOf(past)}
        <script>${raw(assets.script)}</script>
        ${past && PAST_SCRIPT}
      </body>
    </html>${LINE_FEED}`.toString();
}

/** The text that templates leave out. */
const LINE_FEED = raw('\n');

/** They are many, and of no use without history. */
const PAST_STYLE = raw(`<style>${assets.pastStyle}</style>`);
const PAST_SCRIPT = raw(`<script>${assets.pastScript}</script>`);
const RECORDED = raw(' class="recorded"');

/** The box works by script alone and is shown by it; the switch needs none. */
const TOOLS = markup`<div class="tools" role="search" data-keep>
    <label class="needs-script">
      <span class="vh">Filter the checks</span>
      <input type="search" id="filter" placeholder="Name, kind or message" autocomplete="off" spellcheck="false">
    </label>
    <label class="only"><input type="checkbox" id="only" autocomplete="off">Only what fails</label>
    <span class="vh" role="status" id="matches"></span>
  </div>`;

function footer(formats: readonly string[]): Markup {
  const links = formats.map((name) => markup`<a href="?format=${encodeURIComponent(name)}">${name}</a>`);
  const others =
    links.length === 0 ? undefined : markup`<nav aria-label="Formats">This report as ${joined(links, ' ')}</nav>`;
  return markup`<p>Healthgate</p>${others}`;
}
