/** What is told of an error of a database: its own words, without data, users and secrets. */
import { describe, expect, it } from 'vitest';
import { serverError as clickhouseError } from '../../../../lib/clients/sql/clickhouse-errors.ts';
import { serverError as mysqlError } from '../../../../lib/clients/sql/mysql-errors.ts';
import { serverError as postgresError } from '../../../../lib/clients/sql/postgres-errors.ts';

const SECRET = 'hunter2/x';

describe('an error of PostgreSQL', () => {
  const error = (code: string, message: string) => Object.assign(new Error(message), { severity: 'ERROR', code });
  it.each([
    [
      '42P01',
      'relation "beat" does not exist',
      'ConfigurationError',
      'relation "beat" does not exist (SQLSTATE 42P01)',
    ],
    ['42501', 'permission denied for table t', 'AuthError', 'permission denied for table t (SQLSTATE 42501)'],
    [
      '3D000',
      'database "x" does not exist',
      'ConfigurationError',
      'postgres h: database "x" does not exist (SQLSTATE 3D000)',
    ],
    ['53300', 'sorry, too many clients already', 'UnhealthyError', 'max_connections: sorry, too many clients already'],
    [
      '57P03',
      'the database system is starting up',
      'UnhealthyError',
      'does not accept connections: the database system is starting up',
    ],
    ['57P03', 'the database system is shutting down', 'UnhealthyError', 'is shutting down (SQLSTATE 57P03)'],
    ['57P03', 'the database system is in recovery mode', 'UnhealthyError', 'is in recovery mode (SQLSTATE 57P03)'],
    [
      '57P01',
      'terminating connection due to administrator command',
      'ConnectionError',
      'an administrator ended the session',
    ],
    ['22P02', `invalid input syntax: "row"`, 'UnhealthyError', 'postgres h answered with an error: SQLSTATE 22P02'],
    ['23505', 'duplicate key (id)=(row)', 'UnhealthyError', 'postgres h answered with an error: SQLSTATE 23505'],
    ['P0001', 'raised row', 'UnhealthyError', 'postgres h answered with an error: SQLSTATE P0001'],
    [
      '42601',
      'syntax error at or near "row"',
      'ConfigurationError',
      'the query has a mistake in its SQL (SQLSTATE 42601)',
    ],
    ['42704', `role "appuser" does not exist ${SECRET}`, 'ConfigurationError', 'the role does not exist *** (SQLSTATE'],
    [
      '28P01',
      `password authentication failed for user "appuser" ${SECRET}`,
      'AuthError',
      'refused the user or the password',
    ],
  ])('with SQLSTATE %s and %j is a %s that says %j', (code, message, expected, words) => {
    const found = postgresError(error(code, message), 'postgres h', [SECRET]);
    expect(found?.code).toBe(expected);
    expect(found?.message).toContain(words);
    expect(found?.message).not.toMatch(/hunter2|appuser|\brow\b/);
  });
});

describe('an error of MySQL', () => {
  const error = (code: string, errno: number, sqlState: string, sqlMessage: string) =>
    Object.assign(new Error(sqlMessage), { code, errno, sqlState, sqlMessage });
  const table: readonly [string, number, string, string, string, string][] = [
    [
      'ER_NO_SUCH_TABLE',
      1146,
      '42S02',
      "Table 'app.x' doesn't exist",
      'ConfigurationError',
      "Table 'app.x' doesn't exist (error 1146)",
    ],
    [
      'ER_BAD_DB_ERROR',
      1049,
      '42000',
      "Unknown database 'x'",
      'ConfigurationError',
      "mysql h: Unknown database 'x' (error 1049)",
    ],
    [
      'ER_OPTION_PREVENTS_STATEMENT',
      1290,
      'HY000',
      'The server is running with the --read-only option',
      'UnhealthyError',
      'may be read-only: The server is running with the --read-only option (error 1290)',
    ],
    [
      'ER_HOST_NOT_PRIVILEGED',
      1130,
      'HY000',
      "Host '10.0.0.1' is not allowed to connect",
      'AuthError',
      "Host '10.0.0.1' is not allowed",
    ],
    [
      'ER_ACCESS_DENIED_ERROR',
      1045,
      '28000',
      "Access denied for user 'appuser'@'h' (using password: YES)",
      'AuthError',
      'refused the user or the password',
    ],
    [
      'ER_CON_COUNT_ERROR',
      1040,
      '08004',
      'Too many connections',
      'UnhealthyError',
      'max_connections: Too many connections (error 1040)',
    ],
    [
      'ER_TOO_MANY_USER_CONNECTIONS',
      1203,
      '42000',
      "User appuser already has more than 'max_user_connections' active connections",
      'UnhealthyError',
      "the user already has more than 'max_user_connections'",
    ],
    [
      'ER_ACCOUNT_HAS_BEEN_LOCKED',
      4151,
      'HY000',
      'Access denied, this account is locked',
      'AuthError',
      'the user is locked',
    ],
    [
      'ER_X',
      4151,
      'HY000',
      'Access denied, this account is locked',
      'AuthError',
      'this account is locked (error 4151)',
    ],
    [
      'ER_SPECIFIC_ACCESS_DENIED_ERROR',
      1227,
      '42000',
      'Access denied; you need SUPER',
      'AuthError',
      'you need SUPER (error 1227)',
    ],
    [
      'ER_TABLEACCESS_DENIED_ERROR',
      1142,
      '42000',
      "SELECT command denied to user 'appuser'@'h' for table 't'",
      'AuthError',
      "denied to the user from 'h' for table 't'",
    ],
    [
      'ER_PARSE_ERROR',
      1064,
      '42000',
      "You have an error near 'row'",
      'ConfigurationError',
      'mysql h: the query has a mistake in its SQL',
    ],
    [
      'ER_DUP_ENTRY',
      1062,
      '23000',
      "Duplicate entry 'row'",
      'UnhealthyError',
      'mysql h answered with an error: error 1062',
    ],
    ['ER_NO_SUCH_TABLE', 1146, '42S02', `Table '${SECRET}' doesn't exist`, 'ConfigurationError', "Table '***' doesn't"],
  ];
  it.each(table)('%s (%d, %s) with %j is a %s that says %j', (code, errno, state, message, expected, words) => {
    const found = mysqlError(error(code, errno, state, message), 'mysql h', { tls: false, secrets: [SECRET] });
    expect(found?.code).toBe(expected);
    expect(found?.message).toContain(words);
    expect(found?.message).not.toMatch(/hunter2|appuser|\brow\b/);
  });
});

describe('an error of ClickHouse', () => {
  it.each([
    [
      60,
      "Code: 60, e.displayText() = DB::Exception: Table a.b doesn't exist., e.what() = DB::Exception",
      "cannot run the query: Table a.b doesn't exist (code 60)",
    ],
    [
      60,
      'Code: 60. DB::Exception: Table a.b does not exist. (UNKNOWN_TABLE) (version 26.1)',
      'Table a.b does not exist. (UNKNOWN_TABLE) (code 60)',
    ],
    [
      497,
      'Code: 497. DB::Exception: appuser: Not enough privileges. Grant SELECT(x). (ACCESS_DENIED) (version 26)',
      'Not enough privileges. Grant SELECT(x). (ACCESS_DENIED) (code 497)',
    ],
    [
      47,
      "Code: 47. DB::Exception: Missing columns: 'x' while processing query: 'SELECT row', required. (U) (version 2)",
      "Missing columns: 'x' (code 47)",
    ],
    [62, 'Code: 62. DB::Exception: Syntax error: failed at row', 'the query has a mistake in its SQL (code 62)'],
    [
      241,
      'Code: 241. DB::Exception: Memory limit (total) exceeded: 3 GiB. (M) (version 2)',
      'failed to run the query: Memory limit (total) exceeded',
    ],
    [6, 'Code: 6. DB::Exception: Cannot parse string row as Int32', 'failed to run the query: code 6'],
    [81, `Code: 81. DB::Exception: Database ${SECRET} doesn't exist`, "Database *** doesn't exist (code 81)"],
  ])('with code %d and %j says %j', (code, body, words) => {
    const { message } = clickhouseError(500, { code, body, secrets: [SECRET] }, 'clickhouse h');
    expect(message).toContain(words);
    expect(message).not.toMatch(/hunter2|appuser|\brow\b/);
  });
});
