/** What a URL has said so far while it is read, and the server that it means in the end. */
import { isIP } from 'node:net';
import { UrlMistake } from './mistake.ts';

/** A server's address. A host that begins with a slash is the path of a Unix socket, and its port is 0. */
export interface Host {
  readonly host: string;
  readonly port: number;
}

/** `verify-ca` ignores the host name in the certificate; `encrypt` trusts any certificate. */
export type TlsMode = 'off' | 'encrypt' | 'verify-ca' | 'verify-full';

/** From the weakest to the strongest. */
const MODES: readonly TlsMode[] = ['off', 'encrypt', 'verify-ca', 'verify-full'];

/** What a URL, or the keys of a check, say about a server. */
export interface Server {
  /** At least one. */
  readonly hosts: readonly Host[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** Undefined if nothing was said about TLS. */
  readonly tls: TlsMode | undefined;
  /** What else is honoured, by its name in the dialect. */
  readonly options: Readonly<Record<string, string>>;
}

/** Hosts, logins and TLS as they are read, part by part. */
export class Draft {
  hosts: Host[] = [];
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  readonly options: Record<string, string> = {};
  readonly #wanted = new Map<string, TlsMode>();
  #most: TlsMode = 'verify-full';
  #relaxedBy: string | undefined;

  /** A word that turns TLS on or off. Of several, the strictest counts. */
  want(word: string, mode: TlsMode): void {
    this.#wanted.set(word, mode);
  }

  /** A word that only lowers what is verified. */
  relax(word: string, most: TlsMode): void {
    this.#relaxedBy = word;
    if (MODES.indexOf(most) < MODES.indexOf(this.#most)) this.#most = most;
  }

  /** @throws UrlMistake */
  get tls(): TlsMode | undefined {
    const words = [...this.#wanted];
    const off = words.find(([, mode]) => mode === 'off');
    const on = words.find(([, mode]) => mode !== 'off');
    if (off !== undefined && on !== undefined)
      throw new UrlMistake(`${off[0]} turns TLS off, but ${on[0]} needs it: leave one of them out`);
    if (off !== undefined) return 'off';
    if (on === undefined && this.#relaxedBy !== undefined)
      throw new UrlMistake(`${this.#relaxedBy} means nothing without TLS: turn on TLS in the URL too, or leave it out`);
    if (on === undefined) return undefined;
    const strictest = Math.max(...words.map(([, mode]) => MODES.indexOf(mode)));
    return MODES[Math.min(strictest, MODES.indexOf(this.#most))];
  }

  /** @throws UrlMistake if words for TLS contradict each other. */
  checkTls(): TlsMode | undefined {
    return this.tls;
  }

  /** @throws UrlMistake */
  finished(): Server {
    const { hosts, user, password, database, tls, options } = this;
    if (hosts.length === 0) throw new UrlMistake('has no host');
    return { hosts, user, password, database, tls, options };
  }
}

/** `db.example:5432`, with brackets around an IPv6 address; the path of a Unix socket alone. */
export function hostText({ host, port }: Host): string {
  if (host.startsWith('/')) return host;
  return `${isIP(host) === 6 ? `[${host}]` : host}:${String(port)}`;
}
