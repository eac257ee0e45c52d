import { describe, expect, it } from 'vitest';
import { openHistory } from '../../../lib/history/open.ts';

describe('the name of a history', () => {
  it.each(['s3:outages', 'dynamo:outages', 'postgres://history.example/shop'])(
    'is refused where it has an unknown form: %s',
    async (name) => {
      await expect(openHistory(name)).rejects.toThrow('unknown kind of history; expected file:<folder>');
    },
  );
});
