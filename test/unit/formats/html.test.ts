/** The status page as bytes: its structure, its policy, its size, and what hostile names and messages do to it. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { parse, defaultTreeAdapter } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { describe, expect, it } from 'vitest';
import { outagesIn } from '../../../lib/engine/outages.ts';
import { htmlWith } from '../../../lib/formats/html.ts';
import { formats } from '../../../lib/formats/index.ts';
import { CUT_OFF } from '../../../lib/formats/whole.ts';
import { summaryOf } from '../../../lib/formats/summary.ts';
import { groupResult, reportOf, resultAt, reports, viewAt, viewOf } from '../../support/reports.ts';
import { shopReports } from '../../support/shop.ts';

type Element = DefaultTreeAdapterTypes.Element;

const MAX_BYTES = 60_000;
const MAX_GZIPPED = 14_000;

const html = htmlWith(formats);
const policy = html.headers?.(viewOf(shopReports['one cause']))['content-security-policy'] ?? '';

/** The elements of the page, in their order. */
function elementsIn(text: string): Element[] {
  const found: Element[] = [];
  const walk = (node: DefaultTreeAdapterTypes.ParentNode) => {
    for (const child of node.childNodes) {
      if (!defaultTreeAdapter.isElementNode(child)) continue;
      found.push(child);
      walk(child);
    }
  };
  walk(parse(text));
  return found;
}

const attribute = (element: Element | undefined, name: string) =>
  element?.attrs.find((attribute) => attribute.name === name)?.value;
const ofClass = (elements: readonly Element[], name: string) =>
  elements.filter((element) => attribute(element, 'class')?.split(' ').includes(name));

function textOf(node: DefaultTreeAdapterTypes.Node): string {
  if (defaultTreeAdapter.isTextNode(node)) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

describe('the document', () => {
  it.each(Object.entries(shopReports))(
    'is well formed, with unique ids and links that lead somewhere: %s',
    (_, report) => {
      const errors: string[] = [];
      const text = html.render(viewOf(report));
      parse(text, { onParseError: ({ code }) => errors.push(code), sourceCodeLocationInfo: true });
      expect(errors).toEqual([]);
      const elements = elementsIn(text);
      const ids = elements.flatMap((element) => attribute(element, 'id') ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      const links = elements
        .flatMap((element) => attribute(element, 'href') ?? [])
        .filter((href) => href.startsWith('#'));
      expect(links.filter((href) => !ids.includes(href.slice(1)))).toEqual([]);
    },
  );

  it('has one row for each check, and one card for each cause', () => {
    const report = shopReports['one cause'];
    const elements = elementsIn(html.render(viewOf(report)));
    expect(ofClass(elements, 'check')).toHaveLength(25);
    expect(ofClass(elements, 'cause')).toHaveLength(outagesIn(report.result).length);
  });

  it('lists on the card of an address what needs it, and does not count it in the message as well', () => {
    const address = 'a.example:1';
    const failing = (name: string) =>
      resultAt(name, {
        error: { code: 'ConnectionError', message: 'refused' },
        causes: [{ address, others: 1 }],
      });
    const elements = elementsIn(html.render(viewAt(groupResult('', failing('one'), failing('two')))));
    const [card] = ofClass(elements, 'cause').map(textOf);
    expect(card).toMatch(/a\.example:1[^]*according to the check one[^]*ConnectionError: refused[^]*two/);
    expect(card).not.toContain('like 1 other');
  });

  it('folds away all causes but the first five', () => {
    const elements = elementsIn(html.render(viewOf(shopReports['all down'])));
    expect(ofClass(elements, 'cause')).toHaveLength(5);
    expect(textOf(elements.find((element) => attribute(element, 'id') === 'more') ?? parse(''))).toContain(
      '20 more causes',
    );
  });

  it('has the state of each row as a word, a shape and a colour', () => {
    for (const row of ofClass(elementsIn(html.render(viewOf(shopReports['one cause']))), 'check')) {
      const light = attribute(row, 'class')?.split(' ')[1] ?? '';
      expect(textOf(row)).toContain(light);
      expect(JSON.stringify(row, ['childNodes', 'attrs', 'value'])).toContain(`#i-${light}`);
    }
  });

  it('shows a check that was called off as one without data', () => {
    const text = html.render(
      viewAt(resultAt('a', { error: { code: 'AbortedError', message: 'called off after 1 s' } })),
    );
    expect(text).toContain('no data');
    expect(text).toContain('1 check ended without a result.');
  });

  it('says that the observer may be cut off', () => {
    expect(html.render(viewOf(shopReports['all down']))).toContain(CUT_OFF);
    expect(html.render(viewOf(shopReports['one cause']))).not.toContain(CUT_OFF);
  });

  it('links to the other formats, but not from the summary', () => {
    const report = shopReports.working;
    expect(html.render(viewOf(report))).toContain('href="?format=health%2Bjson"');
    expect(html.render(viewOf(summaryOf(report), { summary: true }))).not.toContain('?format=');
  });

  it('has names and lights alone in the summary', () => {
    const elements = elementsIn(html.render(viewOf(summaryOf(shopReports['one cause']), { summary: true })));
    expect(ofClass(elements, 'check')).toHaveLength(25);
    for (const name of ['cause', 'message', 'stages', 'figures', 'took', 'body']) {
      expect(ofClass(elements, name)).toEqual([]);
    }
  });

  it('links to no runbook that is not a page', () => {
    const text = html.render(viewAt(resultAt('a', { runbook: 'javascript:alert(1)' })));
    expect(text).not.toContain('javascript:');
  });

  it('answers by the verdict, and 200 where the reader asks for it', () => {
    expect(html.status(viewOf(shopReports['one cause']))).toBe(503);
    expect(html.status(viewOf(shopReports['one cause'], { query: new URLSearchParams('status=200') }))).toBe(200);
  });
});

describe('the policy', () => {
  it('allows nothing but what the page has, by its hash', () => {
    const elements = elementsIn(html.render(viewOf(shopReports['one cause'])));
    for (const name of ['style', 'script']) {
      const [element, ...others] = elements.filter(({ tagName }) => tagName === name);
      expect(others).toEqual([]);
      const hash = createHash('sha256')
        .update(element === undefined ? '' : textOf(element))
        .digest('base64');
      expect(policy).toContain(`${name}-src 'sha256-${hash}'`);
    }
    expect(policy).toMatch(/^default-src 'none'; /);
    for (const directive of ['base-uri', 'form-action', 'frame-ancestors'])
      expect(policy).toContain(`${directive} 'none'`);
  });

  it('forbids no attribute that the page has', () => {
    for (const report of Object.values(shopReports)) {
      for (const { attrs } of elementsIn(html.render(viewOf(report))))
        expect(attrs.filter(({ name }) => name === 'style' || name.startsWith('on'))).toEqual([]);
    }
  });
});

describe('the size', () => {
  it.each(['working', 'degraded', 'one cause', 'all down'] as const)(
    'is within its bounds for 25 checks: %s',
    (name) => {
      const bytes = Buffer.from(html.render(viewOf(shopReports[name])));
      expect(bytes.length).toBeLessThanOrEqual(MAX_BYTES);
      expect(gzipSync(bytes).length).toBeLessThanOrEqual(MAX_GZIPPED);
    },
  );
});

describe('hostile texts', () => {
  const NASTY = [
    '</script><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202eright to left',
    '\u0000\u001b[31m',
  ];

  it.each(NASTY)('are shown as text, wherever they stand: %j', (nasty) => {
    const check = resultAt(['group', nasty], {
      target: nasty,
      kind: nasty,
      description: nasty,
      runbook: `https://wiki.example/${nasty}`,
      error: { code: 'UnhealthyError', message: nasty },
      causes: [{ address: nasty, others: 1 }],
      observed: [
        { name: 'text', label: nasty, unit: nasty, value: nasty },
        { name: 'list', label: 'list', unit: '', value: [nasty] },
      ],
    });
    const report = { ...reportOf(groupResult('', groupResult(nasty, check))), namespace: nasty };
    const text = html.render(viewOf(report, { part: [nasty] }));
    const names = elementsIn(text).map(({ tagName }) => tagName);
    expect(names).not.toContain('img');
    expect(names.filter((name) => name === 'script')).toHaveLength(1);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('are cut where they are long, and ids stay short', () => {
    const long = 'x'.repeat(10_000);
    const check = resultAt([long, long], { target: long, error: { code: 'UnhealthyError', message: long } });
    expect(html.render(viewAt(groupResult('', groupResult(long, check)))).length).toBeLessThan(30_000);
  });

  it('do not break on half a character', () => {
    expect(() => html.render(viewAt(resultAt(['\ud800'])))).not.toThrow();
  });

  it('does not break on the reports that break careless code', () => {
    const elements = elementsIn(html.render(viewOf(reports['hostile names'] ?? shopReports.working)));
    expect(ofClass(elements, 'check')).toHaveLength(13);
  });
});
