import { describe, expect, it } from 'vitest';
import { replyError } from '../../../../lib/clients/redis/errors.ts';

const SECRET = 'hunter2/x';

describe('an error reply of Redis', () => {
  const node = { name: 'redis h', host: { host: 'h', port: 1 } };
  it.each([
    [
      "NOPERM this user has no permissions to run the 'ping' command",
      'PING',
      'may not run PING; see ACL GETUSER: this user',
    ],
    [
      "NOPERM User appuser has no permissions to run the 'set' command",
      'SET',
      "GETUSER: this user has no permissions to run the 'set'",
    ],
    [
      'NOPERM No permissions to access a key',
      'SET',
      'may run SET, but not on this key; see ACL GETUSER: No permissions',
    ],
    [
      'MISCONF Redis is configured to save RDB snapshots',
      'SET',
      'cannot save to disk: Redis is configured to save RDB',
    ],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'SET', 'is out of memory'],
    ['CLUSTERDOWN Hash slot not served', 'SET', 'see CLUSTER INFO: Hash slot not served'],
    ['ERR DB index is out of range', 'SELECT', 'has no database 7: DB index is out of range'],
    [
      `ERR unknown command \`AUTH\`, with args beginning with: \`${SECRET}\``,
      'PING',
      'answered PING with an error (ERR): unknown command',
    ],
    [`ERR unknown command, with args: ${SECRET}`, 'AUTH', 'refused the login'],
  ])('%j to %s says so', (reply, command, words) => {
    const { message } = replyError(reply, { command, args: [7], secrets: [SECRET] }, node);
    expect(message).toContain(words);
    expect(message).not.toMatch(/hunter2|appuser/);
  });
});
