/** The status page for people, as one document that asks no other host for anything. */
import { createHash } from 'node:crypto';
import { statusByVerdict } from './format.ts';
import type { Format } from './format.ts';
import assets from './html/assets.json' with { type: 'json' };
import { page } from './html/page.ts';

/** Allows its own style and script, a favicon in the page, and asking for itself again. Nothing else. */
const POLICY = [
  "default-src 'none'",
  `style-src '${digest(assets.style)}'`,
  `script-src '${digest(assets.script)}'`,
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @param formats The names of the formats that the page links to. */
export function htmlWith(formats: readonly string[]): Format {
  return {
    contentType: 'text/html; charset=utf-8',
    headers: () => ({ 'content-security-policy': POLICY }),
    status: (view) => (view.query.get('status') === '200' ? 200 : statusByVerdict(view)),
    render: (view) => page(view, formats),
  };
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
