import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { brokersIn, brokerUrl } from '../../../../lib/clients/amqp/url.ts';
import { amqpDialect } from '../../../../lib/clients/dialects/amqp.ts';
import { clickhouseDialect } from '../../../../lib/clients/dialects/clickhouse.ts';
import type { Dialect } from '../../../../lib/clients/dialects/dialect.ts';
import { mysqlDialect } from '../../../../lib/clients/dialects/mysql.ts';
import { postgresDialect } from '../../../../lib/clients/dialects/postgres.ts';
import { readUrl } from '../../../../lib/clients/dialects/read.ts';
import { redisDialect } from '../../../../lib/clients/dialects/redis.ts';
import { postgresMistake } from '../../../../lib/clients/sql/postgres.ts';

const SECRET = 'hunter2';

/** The parts that the URL sets. */
function partsOf(url: string, dialect: Dialect): object {
  const { hosts, options, ...rest } = readUrl(url, dialect).finished();
  const set = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    at: hosts.map(({ host, port }) => `${host}:${port}`).join(),
    ...Object.fromEntries(set),
    ...(Object.keys(options).length > 0 && { options: { ...options } }),
  };
}

const messageOf = (url: string, dialect: Dialect): string => {
  try {
    readUrl(url, dialect).finished();
    return '';
  } catch (error) {
    return String(error);
  }
};

const app = { user: 'u', password: 'p', database: 'app' };

describe('a URL of PostgreSQL', () => {
  it.each([
    ['postgres://u:p@h/app', { at: 'h:5432', ...app }],
    ['postgresql+asyncpg://u:p@h:1/app', { at: 'h:1', ...app }],
    ['postgis://u:p@h:1/app', { at: 'h:1', ...app }],
    ['pgsql://u:p@h/app', { at: 'h:5432', ...app }],
    ['ecto://u:p@h/app', { at: 'h:5432', ...app }],
    ['postgresql+psycopg2://u:p@h/app?sslmode=require', { at: 'h:5432', ...app, tls: 'encrypt' }],
    ['postgres://u:p@localhost/app?host=/elsewhere', { at: '/elsewhere:5432', ...app }],
    ['postgres://u:p@localhost/app?host=other&port=7', { at: 'other:7', ...app }],
    ['postgres:///app?host=/var/run/postgresql&user=u&password=p', { at: '/var/run/postgresql:5432', ...app }],
    ['postgres://u@%2Fvar%2Frun/db', { at: '/var/run:5432', user: 'u', database: 'db' }],
    ['postgres://u:p@a,b:6/app', { at: 'a:5432,b:6', ...app }],
    ['postgres://u:p@[::1]:5/app', { at: '::1:5', ...app }],
    [
      'postgres://u:p@h/app?target_session_attrs=read-write',
      { at: 'h:5432', ...app, options: { target: 'read-write' } },
    ],
    ['jdbc:postgresql://h/app?user=u&password=p&ssl=true', { at: 'h:5432', ...app, tls: 'verify-full' }],
    [
      'jdbc:postgresql://a,b/app?user=u&password=p%26@&targetServerType=primary',
      {
        at: 'a:5432,b:5432',
        ...app,
        password: 'p&@',
        options: { target: 'primary' },
      },
    ],
    ['postgres://u:p@h/app?sslmode=verify-full&sslrootcert=system', { at: 'h:5432', ...app, tls: 'verify-full' }],
    [
      'postgres://u:p@h/app?sslaccept=strict&connection_limit=1&pgbouncer=true',
      { at: 'h:5432', ...app, tls: 'verify-full' },
    ],
    ['postgres://u:p@h/app?schema=a%20b', { at: 'h:5432', ...app, options: { options: '-c search_path=a\\ b' } }],
    [
      'postgres://u:p@h/app?options=-c%20x%3D1&statement_timeout=5',
      {
        at: 'h:5432',
        ...app,
        options: { options: '-c x=1 -c statement_timeout=5' },
      },
    ],
    [
      'postgres://u:p@h/app?channel_binding=require&application_name=x',
      {
        at: 'h:5432',
        ...app,
        options: { channel_binding: 'require', application_name: 'x' },
      },
    ],
    [
      'postgres://u:p@h/app?ssl_min_protocol_version=TLSv1.2',
      { at: 'h:5432', ...app, options: { minVersion: 'TLSv1.2' } },
    ],
  ])('is understood: %s', (url, expected) => {
    expect(partsOf(url, postgresDialect)).toEqual(expected);
  });

  it.each([
    [`postgres://u:${SECRET}@h/app?sslmode=maybe`, 'the parameter sslmode must be one of disable, '],
    [`postgres://u:p@h/app?sslrootcert=/etc/${SECRET}`, 'the parameter sslrootcert is a file, which is not read'],
    [`postgres://u:p@h/app?passfile=${SECRET}`, 'the parameter passfile is not supported: files are not read'],
    [
      `postgres://u:p@h/app?hostaddr=${SECRET}`,
      'the parameter hostaddr is not supported: write the address as the host',
    ],
    [`postgres://u:p@h/app?search_pth=${SECRET}`, 'the parameter search_pth is unknown; did you mean search_path?'],
    [`postgres://u:p@h/app?${SECRET}@x`, 'the parameter after the ? is unknown'],
    [`postgres://u:p@h/app?replication=${SECRET}`, 'the parameter replication is not supported'],
    [`postgres://u:p@h/app?port=1,2`, 'the parameter port must have one port, or one for each host'],
    [`postgres://u:p/${SECRET}@h/app`, 'has a / before the @; special characters'],
    [`postgres://u:p#${SECRET}@h/app`, 'has a # before the @; special characters'],
    [`postgres://u:p@${SECRET}@h/app`, 'has more than one @ before the host; special characters'],
    [`postgres://u:p:${SECRET}@h/app`, 'has more than one : before the @'],
    [`postgres://u:p%zz${SECRET}@h/app`, 'has a % that is not part of a percent-encoding'],
    [`postgres://u:p@h:${SECRET}/app`, 'has a port that is not a number'],
    ['postgres://u:p@h/app?sslmode=disable&sslaccept=strict', 'sslmode turns TLS off, but sslaccept needs it'],
    ['mysql://u:p@h/app', 'expected a URL that starts with postgres:// or postgresql://'],
  ])('is refused without its values: %s', (url, expected) => {
    expect(messageOf(url, postgresDialect)).toContain(expected);
    expect(messageOf(url, postgresDialect)).not.toContain(SECRET);
  });

  it('does not blame percent-encoding for a mistake that has nothing to do with it', () => {
    for (const url of ['postgres://u:p@h/app?sslmode=maybe', 'postgres://u:p@h:x/app', 'postgres://u:p@/app', 'x://h'])
      expect(messageOf(url, postgresDialect)).not.toMatch(/percent-encod/);
  });

  it('must have a user, or a key for it', () => {
    expect(postgresMistake({ url: 'postgres://h/app' })).toEqual({
      path: 'url',
      message: 'has no user before the host, and there is no key user',
    });
    expect(postgresMistake({ url: 'postgres://h/app', user: 'u' })).toBeUndefined();
  });
});

describe('a URL of MySQL', () => {
  const at = { at: 'h:3306', ...app };
  it.each([
    ['mysql://u:p@h/app', at],
    ['mysql2://u:p@h/app', at],
    ['trilogy://u:p@h/app', at],
    ['mariadb://u:p@h/app', at],
    ['mysql+pymysql://u:p@h/app?charset=utf8mb4', at],
    ['jdbc:mysql://h/app?user=u&password=p&useSSL=false&serverTimezone=UTC', { ...at, tls: 'off' }],
    ['mysql://u:p@h/app?ssl-mode=VERIFY_IDENTITY', { ...at, tls: 'verify-full' }],
    ['mysql://u:p@h/app?sslMode=VERIFY_CA', { ...at, tls: 'verify-ca' }],
    ['mysql://u:p@h/app?sslaccept=strict', { ...at, tls: 'verify-full' }],
    ['mysql://u:p@h/app?useSSL=true&requireSSL=true', { ...at, tls: 'encrypt' }],
    ['mysql://u:p@h/app?useSSL=true&verifyServerCertificate=true', { ...at, tls: 'verify-ca' }],
    ['mysql://u:p@h/app?tls=true', { ...at, tls: 'verify-full' }],
    ['mysql://u:p@h/app?tls=skip-verify', { ...at, tls: 'encrypt' }],
    ['mysql://u:p@h/app?ssl_verify_cert=true', { ...at, tls: 'verify-ca' }],
    ['mysql://u:p@h/app?ssl={"rejectUnauthorized":true}', { ...at, tls: 'verify-full' }],
    ['mysql://u:p@h/app?ssl=%7B%22rejectUnauthorized%22%3Afalse%7D', { ...at, tls: 'encrypt' }],
    ['mysql://u:p@localhost/app?socket=/run/mysqld.sock', { ...at, at: '/run/mysqld.sock:0' }],
    ['mysql://u:p@localhost/app?unix_socket=/run/mysqld.sock', { ...at, at: '/run/mysqld.sock:0' }],
    ['mysql://u:p@a,b:7/app', { ...at, at: 'a:3306,b:7' }],
    ['mysql://u:p@h/app?multipleStatements=true', { ...at, options: { multipleStatements: 'true' } }],
  ])('is understood: %s', (url, expected) => {
    expect(partsOf(url, mysqlDialect)).toEqual(expected);
  });

  it.each([
    ['mysql://u:p@h/app?useSSL=false&requireSSL=true', 'useSSL turns TLS off, but requireSSL needs it'],
    [`mysql://u:p@h/app?ssl_ca=${SECRET}`, 'the parameter ssl_ca is not supported: files are not read'],
    [`mysql://u:p@h/app?tls=${SECRET}`, 'the parameter tls must be one of'],
    [`mysql://u:p@h/app?ssl={"ca":"${SECRET}"}`, 'the parameter ssl may hold only rejectUnauthorized'],
    [`mysql://u:p@h/app?init_command=${SECRET}`, 'the parameter init_command is not supported'],
    [`mysql://u:p@h/app?frobnicate=${SECRET}`, 'the parameter frobnicate is unknown'],
  ])('is refused without its values: %s', (url, expected) => {
    expect(messageOf(url, mysqlDialect)).toContain(expected);
    expect(messageOf(url, mysqlDialect)).not.toContain(SECRET);
  });
});

describe('a URL of ClickHouse', () => {
  it.each([
    ['http://u:p@h:8123/app', { at: 'h:8123', ...app }],
    ['https://u:p@h/app/', { at: 'h:443', ...app, tls: 'verify-full' }],
    ['http://u:p@h:8123/?database=no_such_db', { at: 'h:8123', ...app, database: 'no_such_db' }],
    ['http://h:8123/?pathname=/ch', { at: 'h:8123', options: { pathname: '/ch' } }],
    ['http://h:8123/?max_execution_time=3', { at: 'h:8123', options: { 'setting:max_execution_time': '3' } }],
    ['jdbc:clickhouse://h/app?user=u&password=p', { at: 'h:8123', ...app }],
    ['jdbc:ch://u:p@h/app', { at: 'h:8123', ...app }],
    ['jdbc:clickhouse:http://h:8123/app?user=u&password=p&ssl=true', { at: 'h:8123', ...app, tls: 'verify-full' }],
  ])('is understood: %s', (url, expected) => {
    expect(partsOf(url, clickhouseDialect)).toEqual(expected);
  });

  it.each([
    ['http://u:p@h:8123/prefix/app', 'has a path of several parts; it names the database'],
    ['http://h:8123/app?session_id=1', 'the parameter session_id is not supported'],
    ['clickhouse://h:9000/app', 'expected a URL that starts with http:// or https://'],
  ])('is refused: %s', (url, expected) => {
    expect(messageOf(url, clickhouseDialect)).toContain(expected);
  });
});

describe('a URL of a broker', () => {
  it.each([
    ['amqp://u:p@h', { at: 'h:5672', user: 'u', password: 'p' }],
    ['pyamqp://u@h//', { at: 'h:5672', user: 'u', database: '/' }],
    ['amqps://h/%2Fshop', { at: 'h:5671', tls: 'verify-full', database: '/shop' }],
    [
      'amqp://h?heartbeat=30&frame_max=8192&auth_mechanism=external',
      {
        at: 'h:5672',
        options: { frameMax: '8192', mechanism: 'EXTERNAL' },
      },
    ],
    [
      'amqps://h?verify=verify_none&server_name_indication=mq',
      {
        at: 'h:5671',
        tls: 'encrypt',
        options: { servername: 'mq' },
      },
    ],
  ])('is understood: %s', (url, expected) => {
    expect(partsOf(url, amqpDialect)).toEqual(expected);
  });

  it.each([
    ['amqp://h?cacertfile=/x', 'the parameter cacertfile is not supported: files are not read'],
    ['amqp://h?auth_mechanism=gssapi', 'the parameter auth_mechanism must be one of plain, amqplain, external'],
    ['amqp://h?frame_max=1', 'the parameter frame_max must be a number from 4096'],
    ['amqp://a,b', 'has more than one host'],
  ])('is refused: %s', (url, expected) => {
    expect(messageOf(url, amqpDialect)).toContain(expected);
  });

  it('may be several, separated by semicolons', () => {
    const hosts = brokersIn('amqp://a;amqps://b:7/x; pyamqp://c').flatMap((one) => one.hosts);
    expect(hosts.map(({ host, port }) => `${host}:${port}`)).toEqual(['a:5672', 'b:7', 'c:5672']);
    expect(v.safeParse(brokerUrl(), 'amqp://a;amqp://b?x=1').issues?.[0].message).toBe(
      'URL 2 of 2: the parameter x is unknown',
    );
  });
});

describe.each(Object.entries({ postgresDialect, mysqlDialect, clickhouseDialect, amqpDialect, redisDialect }))(
  'the table of %s',
  (_name, { parameters }) => {
    it('has each spelling once, and words for each parameter', () => {
      const names = parameters.flatMap((one) => one.names.map((name) => name.toLowerCase().replace(/[-_]/g, '')));
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
      for (const { words, fate, read } of parameters) {
        expect(words).not.toBe('');
        expect(read !== undefined).toBe(fate === 'honoured');
      }
    });
  },
);
