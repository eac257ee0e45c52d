import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../../lib/document/source.ts';
import { secretsIn } from '../../../lib/document/secrets.ts';

const basic = (text: string) => Buffer.from(text).toString('base64');

describe('secretsIn', () => {
  it.each([
    ['postgres://app:hunter2@db.example/x', ['hunter2', basic('app:hunter2')]],
    ['redis://:hunter2@cache.example:6379/0', ['hunter2', basic(':hunter2')]],
    ['postgres://app:p%40ss%2Fword@db.example/x', ['p%40ss%2Fword', 'p@ss/word', basic('app:p@ss/word')]],
    ['postgres://app:half%@db.example/x', ['half%']],
    ['postgres://app:two@signs@db.example/x', ['two@signs']],
    ['redis+sentinel://:hunter2@one.example:26379,two.example:26379/main', ['hunter2']],
    ['REDISS://u:hunter2@cache.example', ['hunter2']],
    ['https://api.example/path?token=query-secret&b=sec%20ond#fragment', ['query-secret', 'sec ond']],
    ['https://u:hunter2@api.example?token=query-secret', ['hunter2', 'query-secret']],
    ['amqp://a:hunter2@one.example;amqp://b:hunter3@two.example', ['hunter2', 'hunter3']],
    ['jdbc:postgresql://db.example/app?user=u&password=hunter2', ['hunter2']],
  ])('finds the secrets in %s', (url, expected) => {
    expect(secretsIn(url)).toEqual(expect.arrayContaining(expected));
  });

  it.each(['just a text', 'https://api.example/path', 'mailto:a:b@c.example', 'user:password@host', ''])(
    'finds no secrets in %j',
    (text) => {
      expect(secretsIn(text)).toEqual([]);
    },
  );

  it('treats every header, and the token in it, as a secret', () => {
    const leaf = parseDocument(
      '{"kind":"http","headers":{"authorization":"Bearer header-token","x-list":["one","two"],' +
        '"x-url":"https://u:inner@a.example"}}',
    );
    expect(secretsIn(leaf)).toEqual(
      expect.arrayContaining(['Bearer header-token', 'header-token', 'one', 'two', 'inner']),
    );
    expect(secretsIn(leaf)).not.toContain('http');
  });

  it('treats a password and a private key as secrets, whatever they look like', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY-----';
    const leaf = parseDocument(`{"kind":"postgres","user":"app","password":"a plain word","key":"${pem}"}`);
    expect(secretsIn(leaf)).toEqual(['a plain word', pem.replaceAll('\\n', '\n')]);
  });

  it('treats a token as a secret, also within a part of a check', () => {
    const leaf = parseDocument('{"kind":"mattermost_probe","speaker":{"login":"app","token":"a plain word"}}');
    expect(secretsIn(leaf)).toEqual(['a plain word']);
  });

  it('looks into nested objects and arrays', () => {
    expect(secretsIn(parseDocument('{"a":{"b":[{"url":"redis://:hunter2@h"}]},"n":1,"z":null}'))).toContain('hunter2');
  });

  it('handles texts that are made to slow it down', () => {
    for (const text of [`a://${':'.repeat(200_000)}`, `a://${'@'.repeat(200_000)}`, `a://${':@'.repeat(100_000)}/`]) {
      expect(secretsIn(text).length).toBeLessThan(10);
    }
  });
});
