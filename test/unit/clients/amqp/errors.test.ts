import { describe, expect, it } from 'vitest';
import { brokerError, handshakeError } from '../../../../lib/clients/amqp/errors.ts';

const SECRET = 'hunter2/x';

describe('a reply of a broker', () => {
  const login = { name: 'rabbitmq h', vhost: 'shop', password: SECRET };
  const reply = (code: number, text: string) => Object.assign(new Error(text), { code });
  it.each([
    [530, 'NOT_ALLOWED - vhost shop not found', 'ConfigurationError', 'rabbitmq h has no such virtual host: shop'],
    [
      530,
      "NOT_ALLOWED - access to vhost 'shop' refused for user 'appuser'",
      'AuthError',
      'no permission on the virtual host shop',
    ],
    [
      530,
      "NOT_ALLOWED - access to vhost 'shop' refused for user 'appuser': connection limit (1) is reached",
      'UnhealthyError',
      'rabbitmq h, virtual host shop: access to vhost',
    ],
    [
      403,
      'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.',
      'AuthError',
      'rabbitmq h refused the user or the password',
    ],
    [403, `ACCESS_REFUSED - ${SECRET} is wrong`, 'AuthError', 'refused the user or the password: *** is wrong'],
    [541, 'INTERNAL_ERROR - out of luck', 'UnhealthyError', 'reply code 541: out of luck'],
  ])('%d %j during the handshake is a %s that says %j', (code, text, expected, words) => {
    const found = handshakeError(reply(code, text), login);
    expect(found.code).toBe(expected);
    expect(found.message).toContain(words);
    expect(found.message).not.toMatch(/hunter2|appuser/);
  });

  it('after the handshake is told without what amqplib adds to it', () => {
    const said = `ACCESS_REFUSED - access to queue 'q' in vhost '/' refused for user 'appuser' ${SECRET}`;
    const text = `Channel closed by server: 403 (ACCESS-REFUSED) with message "${said}"`;
    expect(brokerError(reply(403, text), 'rabbitmq h', SECRET)?.message).toBe(
      "rabbitmq h: the user lacks a permission: access to queue 'q' in vhost '/' refused for this user ***",
    );
  });
});
