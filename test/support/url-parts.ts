/** The parts of a URL as keys of a check. */
export function partsOf(url: string): { host: string; port: string; user: string; password: string } {
  const { hostname, port, username, password } = new URL(url);
  return { host: hostname, port, user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** The URL without its login. */
export function bareUrl(url: string): string {
  return Object.assign(new URL(url), { username: '', password: '' }).href;
}
