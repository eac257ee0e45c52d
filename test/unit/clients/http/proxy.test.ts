import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../../../lib/clients/http/proxy.ts';

const addressFor = (url: string, env: Record<string, string>, own?: string) =>
  proxyFor(new URL(url), own, env)?.address;

describe('the proxy of the environment', () => {
  it.each([
    ['http://api.example/', { HTTP_PROXY: 'http://one:3128' }, 'one:3128'],
    ['http://api.example/', { http_proxy: 'http://one:3128', HTTP_PROXY: 'http://two:3128' }, 'one:3128'],
    ['http://api.example/', { http_proxy: '', HTTP_PROXY: 'http://two:3128' }, 'two:3128'],
    ['http://api.example/', { HTTPS_PROXY: 'http://one:3128' }, undefined],
    ['https://api.example/', { HTTPS_PROXY: 'http://one:3128' }, 'one:3128'],
    ['https://api.example/', { https_proxy: 'https://one' }, 'one:443'],
    ['https://api.example/', { HTTPS_PROXY: 'one' }, 'one:80'],
    ['https://api.example/', { HTTPS_PROXY: 'user:pass@one:3128' }, 'one:3128'],
    ['https://api.example/', { ALL_PROXY: 'http://one:3128' }, 'one:3128'],
    ['https://api.example/', { HTTPS_PROXY: 'http://two:3128', ALL_PROXY: 'http://one:3128' }, 'two:3128'],
    ['https://api.example/', {}, undefined],
  ])('for %s with %j is %s', (url, env, address) => {
    expect(addressFor(url, env)).toBe(address);
  });

  it.each([
    ['api.example', '*', true],
    ['api.example', 'api.example', true],
    ['api.example', 'example', true],
    ['api.example', '.example', true],
    ['api.example', '*.example', true],
    ['api.example', 'API.Example.', true],
    ['api.example', 'other, api.example', true],
    ['api.example', 'other api.example', true],
    ['api.example', 'api.example:443', true],
    ['api.example', 'api.example:8443', false],
    ['api.example:8443', 'api.example:8443', true],
    ['api.example', 'pi.example', false],
    ['api.example', 'www.api.example', false],
    ['api.example', ',,', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.0.0.0/8', true],
    ['10.1.2.3', '10.0.0.0/8:443', true],
    ['10.1.2.3', '10.0.0.0/8:80', false],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '10.0.0.0/99', false],
    ['10.1.2.3', '2.3', false],
    ['[::1]', '::1', true],
    ['[::1]', '[::1]', true],
    ['[::1]:8443', '[::1]:443', false],
    ['[fd00::1]', 'fd00::/8', true],
    ['[fe00::1]', 'fd00::/8', false],
  ])('for %s with NO_PROXY=%s is left out: %s', (host, NO_PROXY, isLeftOut) => {
    const env = { HTTPS_PROXY: 'http://one:3128', NO_PROXY };
    expect(addressFor(`https://${host}/`, env)).toBe(isLeftOut ? undefined : 'one:3128');
  });

  it('counts less than the proxy of the check, which NO_PROXY does not concern', () => {
    const env = { HTTPS_PROXY: 'http://one:3128', NO_PROXY: '*' };
    expect(addressFor('https://api.example/', env, 'http://own:8080')).toBe('own:8080');
  });

  it('is refused with the name of the variable, but not its value, unless it is the URL of an HTTP proxy', () => {
    expect(() => addressFor('https://api.example/', { https_proxy: 'socks5://user:secret@one:1080' })).toThrow(
      /^the environment's https_proxy is not the URL of a proxy that starts with http:\/\/ or https:\/\/$/,
    );
  });
});

describe('the login of a proxy', () => {
  it('is decoded and kept apart from the URL', () => {
    const proxy = proxyFor(new URL('https://api.example/'), 'http://us%40er:p%3Ass@one:3128', {});
    expect(proxy?.authorization).toBe(`Basic ${Buffer.from('us@er:p:ss').toString('base64')}`);
    expect(proxy?.url.href).toBe('http://one:3128/');
  });
});
