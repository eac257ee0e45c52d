/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
import * as v from 'valibot';
import { drivers } from '../clients/drivers/index.ts';
import { regionKey } from '../clients/aws/eventbridge.ts';
import { describe } from '../clients/keys.ts';
import { serverRoot } from '../clients/http/rest.ts';
import { shortLine } from '../errors.ts';
import { callAws } from './aws.ts';
import { defineTarget } from './target.ts';
import { wordsFor } from './wording.ts';

/** Recipients of one message. */
const MAX_RECIPIENTS = 50;
/** Characters of a subject: longer lines are folded by servers, and cut by readers. */
const MAX_SUBJECT = 150;

/**
 * `ops@shop.example`, or `Shop <ops@shop.example>`. The address itself is ASCII:
 * https://docs.aws.amazon.com/ses/latest/dg/send-email-formatted.html
 */
function address() {
  const pattern = /^(?:[!-+\--:=?A-~]+@[!-+\--:=?A-~]+|(?:[^<>@,;\p{Cc}]* )?<[!-+\--:=?A-~]+@[!-+\--:=?A-~]+>)$/u;
  return v.pipe(v.string(), v.maxLength(320), v.regex(pattern, 'expected an e-mail address of ASCII characters'));
}

/** Names that need no encoding: https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3, and those in quotation marks. */
const PLAIN_NAME = /^(?:[\w !#$%&'*+/=?^`{|}~-]*|"[ !#-[\]-~]*")$/;
/** So few that none of their encoded words is longer than 75 characters. */
const CHARACTERS_OF_A_WORD = /.{1,10}/gsu;
/** A name in quotation marks, which are not part of it. */
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/su;

/**
 * The name in front of an address as encoded words: https://www.rfc-editor.org/rfc/rfc2047#section-2. SES demands it for
 * what is not ASCII: https://docs.aws.amazon.com/ses/latest/APIReference/API_Destination.html
 */
function encoded(given: string): string {
  const [, name = '', address = ''] = /^([^<]*) (<.*)$/.exec(given) ?? [];
  if (PLAIN_NAME.test(name)) return given;
  const quoted = QUOTED.exec(name.trim())?.[1]?.replace(/\\(.)/gsu, '$1');
  const parts = (quoted ?? name).match(CHARACTERS_OF_A_WORD) ?? [];
  return [...parts.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`), address].join(' ');
}

export const email = defineTarget({
  type: 'email',
  tells: 'Sends a mail of plain text through Amazon SES.',
  repeats: 'A notice that is sent twice is a second mail, with the same header Healthgate-Id.',
  keys: {
    from: describe(address(), 'The sender, an identity that SES has verified.', 'Healthgate <healthgate@shop.example>'),
    to: describe(
      v.union([address(), v.pipe(v.array(address()), v.minLength(1), v.maxLength(MAX_RECIPIENTS))]),
      'The recipients.',
      ['ops@shop.example'],
    ),
    region: regionKey,
    url: v.optional(
      describe(serverRoot(), "Base URL of another service than AWS's own.", 'https://email.eu-central-1.amazonaws.com'),
    ),
  },
  async send(notice, { from, to, region, url }, sending) {
    const sdk = await drivers.sesv2();
    const { title, text } = wordsFor(notice);
    const endpoint = url === undefined ? {} : { endpoint: url };
    const aws = {
      target: `ses identity ${from.slice(from.lastIndexOf('@') + 1).replace('>', '')}`,
      permission: 'ses:SendEmail on it',
      service: 'SESV2',
      region,
      stage: sending.stage,
      now: () => sending.now(),
      open: (settings: object) => new sdk.SESv2Client({ ...settings, ...endpoint }),
    };
    const command = new sdk.SendEmailCommand({
      FromEmailAddress: encoded(from),
      Destination: { ToAddresses: [to].flat().map(encoded) },
      Content: {
        Simple: {
          Subject: { Data: shortLine(title, MAX_SUBJECT), Charset: 'UTF-8' },
          Body: { Text: { Data: text, Charset: 'UTF-8' } },
          Headers: [{ Name: 'Healthgate-Id', Value: notice.id }],
        },
      },
    });
    await callAws(aws, (client) => client.send(command, { abortSignal: sending.signal }));
  },
});
