/**
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. What it answers:
 * https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
 */
import { describe, httpUrl } from '../clients/keys.ts';
import { shortLine } from '../errors.ts';
import { callJson } from './http.ts';
import { defineTarget } from './target.ts';
import { wordsFor } from './wording.ts';
import type { Words } from './wording.ts';

/** Characters: https://docs.slack.dev/reference/block-kit/blocks/header-block */
const MAX_HEADER = 150;

export const slack = defineTarget({
  type: 'slack',
  tells: 'Writes a message to a channel of Slack, through an incoming webhook.',
  repeats: 'A notice that is sent twice is a second message: incoming webhooks take no key.',
  keys: {
    url: describe(
      httpUrl(),
      'URL of the incoming webhook. All of it is a secret.',
      'https://hooks.slack.example/services/T0/B0/x',
    ),
  },
  async send(notice, { url }, sending) {
    await callJson({ type: 'slack', url, method: 'POST' }, messageOf(wordsFor(notice)), sending);
  },
});

/**
 * The words stand in elements of rich text, where Slack sees no markup: no name and no error can mention a channel or
 * make a link.
 */
function messageOf({ title, facts, runbook, text }: Words) {
  const lines = facts.flatMap(([name, fact], index) => [
    ...(index === 0 ? [] : [textElement('\n')]),
    { ...textElement(`${name}: `), style: { bold: true } },
    textElement(fact),
  ]);
  const link = runbook === undefined ? [] : [textElement('\n'), { type: 'link', url: runbook, text: 'Runbook' }];
  return {
    text: escaped(text),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: shortLine(title, MAX_HEADER), emoji: false } },
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [...lines, ...link] }] },
    ],
  };
}

function textElement(text: string) {
  return { type: 'text', text };
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
