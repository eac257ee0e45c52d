/** The host and port of a URL, the only part of it that a message may show. */
export function hostOf(url: string, defaultPort: number): string {
  const { hostname, port } = new URL(url);
  return `${decodeHost(hostname)}:${port === '' ? String(defaultPort) : port}`;
}

/** Whether TLS is spoken with the server of a URL: `https:`, `wss:` or `grpcs:`. */
export function isTlsUrl(url: string): boolean {
  return /^(https|wss|grpcs):/i.test(url);
}

/** The port of a URL; unless given, that of HTTP, with TLS that of HTTPS. */
export function portOf(url: string): number {
  const { port } = new URL(url);
  return port === '' ? (isTlsUrl(url) ? 443 : 80) : Number(port);
}

function decodeHost(hostname: string): string {
  try {
    return decodeURIComponent(hostname);
  } catch {
    return hostname;
  }
}

/** The address at the end of a target: `db.example:5432` of `postgres db.example:5432`. */
export function addressIn(target: string): string {
  return target.slice(target.lastIndexOf(' ') + 1);
}
