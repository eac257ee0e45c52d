import { describe, expect, it } from 'vitest';
import { formats } from '../../../lib/formats/index.ts';
import { groupResult, HOSTILE_TEXTS, resultAt, viewAt } from '../../support/reports.ts';

/** Everything that comes from documents and servers, made of that text. */
const hostile = HOSTILE_TEXTS.map((text) =>
  resultAt([text, text], {
    kind: text,
    target: text,
    description: text,
    runbook: text,
    error: { code: 'UnhealthyError', message: text },
    causes: [{ address: text, others: 3 }],
    stages: [{ name: text, startMs: 0, durationMs: 1 }],
    observed: [{ name: text, label: text, unit: text, value: 1 }],
  }),
);

const loaded = await Promise.all(formats.map(async (entry) => ({ ...entry, ...(await entry.load()) })));
const isJson = ({ contentType }: { readonly contentType: string }) => /[/+]json/.test(contentType);
const isMarkup = ({ contentType }: { readonly contentType: string }) => /html|xml/.test(contentType);

describe.each(loaded)('$name, of hostile names and messages,', (format) => {
  const render = () => format.render({ ...viewAt(groupResult('', ...hostile)), part: HOSTILE_TEXTS });

  it('shows no control character, and none that turns the direction of writing', () => {
    // The names in the native format are those of the document, to the byte.
    const shown =
      format.name === 'json' ? /\p{Cc}/u : /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029\p{Noncharacter_Code_Point}]/u;
    const text = render().replaceAll('\n', '');
    expect(format.name === 'json' ? text.replace(/[\u007f-\u009f]/g, '') : text).not.toMatch(shown);
  });

  it('is valid Unicode', () => {
    expect(render().isWellFormed()).toBe(true);
  });
});

describe.each(loaded.filter(isJson))('$name', (format) => {
  it('is one line of JSON, whatever names and messages are', () => {
    const text = format.render(viewAt(groupResult('', ...hostile)));
    expect(text.trimEnd()).not.toContain('\n');
    expect(JSON.parse(text)).toBeTypeOf('object');
  });
});

describe.each(loaded.filter(isMarkup))('$name', (format) => {
  it('has no markup from names and messages', () => {
    const part = ['</script><script>alert(1)</script>'];
    const text = format.render({ ...viewAt(groupResult('', ...hostile)), part });
    expect(text).not.toContain('<script>alert');
    expect(text).not.toContain('</script><script>');
  });
});
