/** Asks an HTTP URL once, as `healthgate ping` does. */
import { fetchReport, ReportError } from '../client.ts';
import type { ReportOptions } from '../client.ts';
import { send, webTarget } from '../clients/http/request.ts';
import type { HttpRequest } from '../clients/http/request.ts';
import type { PingTarget } from './ping-target.ts';

/** @param token Is sent as a bearer token. */
export function httpTarget(url: string, token: string | undefined): PingTarget {
  return {
    name: webTarget('http', url),
    async ask({ signal }) {
      const { status, verdict } = await ask(url, token, signal);
      return { isSuccess: status >= 200 && status <= 299, outcome: `${status} ${verdict ?? ''}`.trim(), status };
    },
  };
}

/** Any URL can be asked, so an answer that is no report is an answer too. */
async function ask(url: string, token: string | undefined, signal: AbortSignal): Promise<Answered> {
  const bare = new URL(url);
  bare.username = bare.password = '';
  try {
    // `within` has the time limit.
    return await fetchReport(bare, { token, signal, timeoutMs: Infinity, fetch: onNewConnection(url) });
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    const { status, verdict, cause } = error;
    if (status === undefined) throw cause instanceof Error ? cause : error;
    return { status, verdict };
  }
}

type Answered = Pick<ReportError, 'verdict'> & { readonly status: number };

/** A ping proves that a new connection works. The platform's `fetch` has none: it keeps its connections. */
function onNewConnection(url: string): ReportOptions['fetch'] {
  return async (_bare, { headers, signal }) => {
    const request: HttpRequest = { kind: 'http', url, method: 'GET', headers, readsBody: true };
    const { status, headers: given, body } = await send(request, { signal, stage: () => undefined }, () => true);
    return {
      status,
      headers: { get: (name) => given[name]?.toString() ?? null },
      body: new Blob([new Uint8Array(body)]).stream(),
    };
  };
}
