/** Answers of HTTP servers that are no answers of the watched system. A check of any such system must tell them. */
import type { Addresses } from '../stack/addresses.ts';
import type { Failure, Leaf } from './fixture.ts';

const SHORT = 'UnhealthyError: \\w+ 127\\.0\\.0\\.1:\\d+';

/** What the check must say of each answer. The stand-in gives it for every path below that name. */
const ERRORS: Readonly<Record<string, RegExp>> = {
  html: new RegExp(`^${SHORT} answered 200, but the body is a page of HTML, not JSON$`),
  empty: new RegExp(`^${SHORT} answered 200, but the body is not JSON$`),
  'half-of-the-json': new RegExp(`^${SHORT} answered 200, but the body is not JSON$`),
  'half-of-the-body': /^ConnectionError: connection (closed|reset) by \w+ 127\.0\.0\.1:\d+/,
  array: new RegExp(`^${SHORT} answered 200, but its JSON is not an object$`),
  null: new RegExp(`^${SHORT} answered 200, but its JSON is not an object$`),
  'empty-object': new RegExp(`^${SHORT} answered 200, but its JSON `),
  huge: new RegExp(`^${SHORT} answered 200, but with more than 1 MiB of JSON$`),
  'redirect-loop': new RegExp(`^${SHORT} redirects more than 10 times$`),
  'bad-gateway': new RegExp(`^${SHORT} answered 502`),
  'unknown-encoding': new RegExp(`^${SHORT} sent a body in the encoding zip, which cannot be decoded$`),
};

/** @param at The leaf for a server whose interface is below this URL. */
export function badAnswers({ assets }: Addresses, at: (url: string) => Leaf): Record<string, Failure> {
  return Object.fromEntries(
    Object.entries(ERRORS).map(([name, error]) => [
      `a bad answer: ${name}`,
      { leaf: at(`${assets.url}/bad/${name}`), error },
    ]),
  );
}
