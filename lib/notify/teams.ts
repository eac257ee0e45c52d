/**
 * Workflows: https://learn.microsoft.com/en-us/connectors/teams/ (a message may have 28 KB)
 * Incoming webhooks, which Microsoft retires:
 * https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
import { textOf } from '../clients/http/body.ts';
import { describe, httpUrl } from '../clients/keys.ts';
import { callJson, isFinalStatus } from './http.ts';
import { SendError } from './send-error.ts';
import { defineTarget } from './target.ts';
import { withoutMarkup, wordsFor } from './wording.ts';
import type { Words } from './wording.ts';
import type { Notice } from '../history/notices.ts';

export const teams = defineTarget({
  type: 'teams',
  tells: 'Posts an Adaptive Card to a channel of Microsoft Teams, through a workflow or an incoming webhook.',
  repeats: 'A notice that is sent twice is a second card: webhooks of Teams take no key.',
  keys: {
    url: describe(
      httpUrl(),
      'URL of the workflow "when a Teams webhook request is received". All of it is a secret.',
      'https://0.environment.api.powerplatform.example/workflows/0/triggers/manual/paths/invoke?sig=x',
    ),
  },
  async send(notice, { url }, sending) {
    const message = messageOf(wordsFor(notice), notice.change.to);
    const answer = await callJson({ type: 'teams', url, method: 'POST' }, message, sending);
    const text = textOf(answer);
    const refused = REFUSED.exec(text)?.[1];
    if (refused === undefined && !text.startsWith(FAILED)) return;
    const { target, status } = answer;
    const reason = refused === undefined ? '' : ` with ${refused}`;
    throw new SendError(`${target} answered ${String(status)}, but the channel refused the card${reason}`, {
      isFinal: refused !== undefined && isFinalStatus(Number(refused)),
    });
  },
});

/** Incoming webhooks answer 200 also where the channel refuses a card, or gets too many of them. */
const REFUSED = /Microsoft Teams endpoint returned HTTP error (\d{3})/;
/** How such an answer begins, whatever the reason. */
const FAILED = 'Webhook message delivery failed';

const COLOURS = { up: 'good', down: 'attention', degraded: 'warning' } as const;

/** The words stand in text runs, which know no Markdown: https://adaptivecards.io/explorer/TextRun.html */
function messageOf({ title, facts, runbook, text }: Words, to: Notice['change']['to']) {
  const run = (words: string, more: object = {}) => ({ type: 'TextRun', text: words, ...more });
  const line = (...inlines: readonly object[]) => ({ type: 'RichTextBlock', inlines });
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    // Shown where a card cannot be, and read as Markdown.
    fallbackText: withoutMarkup(text),
    body: [
      line(run(title, { size: 'large', weight: 'bolder', color: COLOURS[to] })),
      ...facts.map(([name, fact]) => line(run(`${name}: `, { weight: 'bolder' }), run(fact))),
    ],
    ...(runbook !== undefined && { actions: [{ type: 'Action.OpenUrl', title: 'Runbook', url: runbook }] }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }],
  };
}
