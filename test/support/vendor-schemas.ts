/**
 * What the vendors publish of the requests that they take, as strict schemas: fields, types, words and limits. A field
 * that a vendor does not name is a mistake here, even where the vendor ignores it.
 */
import * as v from 'valibot';

const string = (maxLength: number, minLength = 1) => v.pipe(v.string(), v.minLength(minLength), v.maxLength(maxLength));
const webUrl = v.pipe(v.string(), v.regex(/^https?:\/\//), v.maxLength(3000));

/**
 * https://github.com/PagerDuty/api-schema, reference/events-v2/openapiv3.json, `/enqueue`; the limits are those of
 * https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
 */
const pagerdutyKeys = { routing_key: v.pipe(v.string(), v.length(32)), dedup_key: string(255) };
const pagerduty = v.variant('event_action', [
  v.strictObject({ ...pagerdutyKeys, event_action: v.literal('resolve') }),
  v.strictObject({
    ...pagerdutyKeys,
    event_action: v.literal('trigger'),
    client: v.optional(v.string()),
    client_url: v.optional(webUrl),
    links: v.optional(v.array(v.strictObject({ href: webUrl, text: v.optional(v.string()) }))),
    payload: v.strictObject({
      summary: string(1024),
      source: v.string(),
      severity: v.picklist(['critical', 'warning', 'error', 'info']),
      timestamp: v.optional(v.pipe(v.string(), v.isoTimestamp())),
      component: v.optional(v.string()),
      group: v.optional(v.string()),
      class: v.optional(v.string()),
      custom_details: v.optional(v.record(v.string(), v.unknown())),
    }),
  }),
]);

/** https://docs.opsgenie.com/docs/alert-api, and the models of https://github.com/opsgenie/opsgenie-python-sdk */
const opsgenieCreate = v.strictObject({
  message: string(130),
  alias: v.optional(string(512)),
  description: v.optional(string(15_000)),
  tags: v.optional(v.pipe(v.array(string(50)), v.maxLength(20))),
  details: v.optional(
    v.pipe(
      v.record(v.string(), v.string()),
      v.check((details) => JSON.stringify(details).length <= 8000),
    ),
  ),
  entity: v.optional(string(512)),
  source: v.optional(string(100)),
  priority: v.optional(v.picklist(['P1', 'P2', 'P3', 'P4', 'P5'])),
  user: v.optional(string(100)),
  note: v.optional(string(25_000)),
});
const opsgenieClose = v.strictObject({
  user: v.optional(string(100)),
  note: v.optional(string(25_000)),
  source: v.optional(string(100)),
});

/**
 * The OpenAPI document of https://developer.statuspage.io, as https://github.com/sbecker59/statuspage-api-client-go
 * keeps it: `postPagesPageIdIncidents`, `patchPagesPageIdIncidents`, `patchPagesPageIdComponents`.
 */
const statuspageIncident = v.strictObject({
  name: v.optional(string(255)),
  status: v.picklist(['investigating', 'identified', 'monitoring', 'resolved']),
  body: v.optional(string(25_000)),
  component_ids: v.optional(v.array(v.string())),
  metadata: v.optional(v.record(v.string(), v.record(v.string(), v.unknown()))),
  deliver_notifications: v.optional(v.boolean()),
});
const statuspageCreate = v.strictObject({ incident: v.required(statuspageIncident, ['name', 'status']) });
const statuspageUpdate = v.strictObject({ incident: statuspageIncident });
const statuspageComponent = v.strictObject({
  component: v.strictObject({
    status: v.picklist(['operational', 'under_maintenance', 'degraded_performance', 'partial_outage', 'major_outage']),
  }),
});

/** https://instatus.com/help/api/incidents, and the types of https://github.com/Vicente015/instatus.ts */
const instatusState = v.picklist([
  'OPERATIONAL',
  'UNDERMAINTENANCE',
  'DEGRADEDPERFORMANCE',
  'PARTIALOUTAGE',
  'MINOROUTAGE',
  'MAJOROUTAGE',
]);
const instatusUpdateKeys = {
  message: v.pipe(v.string(), v.nonEmpty()),
  components: v.array(v.string()),
  started: v.pipe(v.string(), v.isoTimestamp()),
  status: v.picklist(['INVESTIGATING', 'IDENTIFIED', 'MONITORING', 'RESOLVED']),
  notify: v.boolean(),
  statuses: v.array(v.strictObject({ id: v.string(), status: instatusState })),
};
const instatusUpdate = v.strictObject(instatusUpdateKeys);
const instatusCreate = v.strictObject({ name: v.pipe(v.string(), v.nonEmpty()), ...instatusUpdateKeys });
const instatusComponent = v.strictObject({ status: instatusState });

/** https://docs.slack.dev/reference/block-kit/blocks, and the types of https://www.npmjs.com/package/@slack/types */
const slackText = v.strictObject({
  type: v.literal('text'),
  text: string(3000),
  style: v.optional(v.strictObject({ bold: v.optional(v.boolean()) })),
});
const slackLink = v.strictObject({ type: v.literal('link'), url: webUrl, text: v.optional(string(3000)) });
const slack = v.strictObject({
  text: string(40_000),
  blocks: v.pipe(
    v.array(
      v.variant('type', [
        v.strictObject({
          type: v.literal('header'),
          text: v.strictObject({
            type: v.literal('plain_text'),
            text: string(150),
            emoji: v.optional(v.boolean()),
          }),
        }),
        v.strictObject({
          type: v.literal('rich_text'),
          elements: v.array(
            v.strictObject({
              type: v.literal('rich_text_section'),
              elements: v.array(v.variant('type', [slackText, slackLink])),
            }),
          ),
        }),
      ]),
    ),
    v.maxLength(50),
  ),
});

/** https://adaptivecards.io/schemas/adaptive-card.json, version 1.4, and the message that a webhook of Teams takes. */
const textRun = v.strictObject({
  type: v.literal('TextRun'),
  text: v.string(),
  size: v.optional(v.picklist(['default', 'small', 'medium', 'large', 'extraLarge'])),
  weight: v.optional(v.picklist(['default', 'lighter', 'bolder'])),
  color: v.optional(v.picklist(['default', 'dark', 'light', 'accent', 'good', 'warning', 'attention'])),
});
const teams = v.strictObject({
  type: v.literal('message'),
  attachments: v.tuple([
    v.strictObject({
      contentType: v.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: v.null(),
      content: v.strictObject({
        $schema: v.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
        type: v.literal('AdaptiveCard'),
        version: v.literal('1.4'),
        fallbackText: v.optional(v.string()),
        body: v.array(v.strictObject({ type: v.literal('RichTextBlock'), inlines: v.array(textRun) })),
        actions: v.optional(
          v.array(v.strictObject({ type: v.literal('Action.OpenUrl'), title: v.string(), url: webUrl })),
        ),
      }),
    }),
  ]),
});

/** The contract of the project's own webhook. */
const state = v.picklist(['up', 'down', 'degraded']);
export const changeSchema = v.strictObject({
  id: v.string(),
  outage: v.string(),
  namespace: v.string(),
  path: v.string(),
  from: state,
  to: state,
  since: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)),
  error: v.optional(v.string()),
  causes: v.array(v.union([v.strictObject({ path: v.string() }), v.strictObject({ address: v.string() })])),
  consequences: v.array(v.string()),
  runbook: v.optional(v.string()),
});

interface Taken {
  /** Method and path. */
  readonly request: RegExp;
  readonly body: v.GenericSchema;
}

/** The requests that each vendor takes. A vendor takes no others. */
export const vendors: Readonly<Record<string, readonly Taken[]>> = {
  pagerduty: [{ request: /^POST \/v2\/enqueue$/, body: pagerduty }],
  opsgenie: [
    { request: /^POST \/v2\/alerts$/, body: opsgenieCreate },
    { request: /^POST \/v2\/alerts\/[^/?]+\/close\?identifierType=alias$/, body: opsgenieClose },
  ],
  statuspage: [
    { request: /^POST \/v1\/pages\/P\/incidents$/, body: statuspageCreate },
    { request: /^PATCH \/v1\/pages\/P\/incidents\/[^/?]+$/, body: statuspageUpdate },
    { request: /^PATCH \/v1\/pages\/P\/components\/[^/?]+$/, body: statuspageComponent },
  ],
  instatus: [
    { request: /^POST \/v1\/P\/incidents$/, body: instatusCreate },
    { request: /^POST \/v1\/P\/incidents\/[^/?]+\/incident-updates$/, body: instatusUpdate },
    { request: /^PUT \/v2\/P\/components\/[^/?]+$/, body: instatusComponent },
  ],
  slack: [{ request: /^POST \/services\/T0\/B0\/secret-part-1$/, body: slack }],
  teams: [{ request: /^POST \/workflows\/secret-part-1\?sig=secret-sig$/, body: teams }],
  webhook: [{ request: /^POST \/hooks\/secret-part-1$/, body: changeSchema }],
};
