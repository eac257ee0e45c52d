/**
 * Which proxy a request goes through: that of the check, or else that of the environment, by the rules of curl
 * (https://curl.se/docs/manpage.html#ENVIRONMENT). The package proxy-from-env has other rules: its `NO_PROXY` knows
 * neither subdomains nor networks, and its proxy without a scheme speaks that of the target.
 */
import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from '../../errors.ts';
import { hostOf } from '../url.ts';
import { basicLogin, withoutLogin } from './login.ts';

export interface Proxy {
  /** Without user and password. */
  readonly url: URL;
  /** For messages: `proxy.example:3128`. */
  readonly address: string;
  /** The value of the header `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param own The proxy of the check, which counts more than the environment.
 * @throws ConfigurationError if a variable of the environment that applies is not the URL of a proxy.
 */
export function proxyFor(url: URL, own?: string, env: Environment = process.env): Proxy | undefined {
  if (own !== undefined) return proxyAt(own);
  const scheme = url.protocol.slice(0, -1);
  const [name, value = ''] = [`${scheme}_proxy`, 'all_proxy'].map((each) => variable(each, env)).find(isSet) ?? [];
  if (name === undefined || isExempt(url, variable('no_proxy', env)?.[1] ?? '')) return undefined;
  const proxy = proxyAt(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (proxy !== undefined) return proxy;
  throw new ConfigurationError(
    `the environment's ${name} is not the URL of a proxy that starts with http:// or https://`,
  );
}

/** The addresses of proxies that a check of this URL needs, at most one. */
export function proxyNeeds(url: string, own?: string): readonly string[] {
  try {
    const proxy = proxyFor(new URL(url), own);
    return proxy === undefined ? [] : [proxy.address];
  } catch (error) {
    if (error instanceof ConfigurationError) return []; // the check will say so
    throw error;
  }
}

/** Lower case counts more than upper case. */
function variable(name: string, env: Environment): [name: string, value: string] | undefined {
  return [name, name.toUpperCase()]
    .map((each): [string, string] => [each, env[each]?.trim() ?? ''])
    .find(([, value]) => value !== '');
}

function isSet<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function proxyAt(text: string): Proxy | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = withoutLogin(text);
  const address = hostOf(url.href, url.protocol === 'https:' ? 443 : 80);
  return { url, address, authorization: basicLogin(text) };
}

/** Whether an entry of `NO_PROXY` applies: `*`, or a domain, an address or a network, with or without a port. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, bracketed, plain = entry, atPort = port] =
        isIP(entry) === 6 ? [] : (/^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? []);
      return atPort === port && isWithin(host, bracketed ?? plain);
    });
}

function isWithin(host: string, entry: string): boolean {
  const family = isIP(host);
  if (family === 0) {
    const domain = entry.replace(/^\*?\.|\.$/g, '');
    return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
  }
  const [network = '', bits = family === 4 ? '32' : '128'] = entry.split('/');
  if (isIP(network) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const addresses = new BlockList();
  addresses.addSubnet(network, Number(bits), type);
  return addresses.check(host, type);
}
