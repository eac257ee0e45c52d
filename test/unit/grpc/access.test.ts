import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { openedBy } from '../../../lib/grpc/access.ts';
import { Vault } from '../../../lib/vault/vault.ts';
import { createToken } from '../../../lib/document/tokens.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { LEAF } from '../../support/namespace.ts';

const [token, summaryToken, disabledToken] = ['shop', 'shop', 'off'].map(createToken) as [string, string, string];
const checks = { db: LEAF };
const store = memoryStore({
  shop: { access_tokens: [token], summary_tokens: [summaryToken], checks },
  off: { access_tokens: [disabledToken], disabled: true, checks },
});

/** What a caller with this `authorization` may see. */
async function opened(authorization: string | undefined, publicNamespace?: string): Promise<string> {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  const found = await openedBy(metadata, { vault: new Vault(store, collectedLog().log), publicNamespace });
  return found === undefined ? 'nothing' : `${found.summary ? 'the summary' : 'everything'} of ${found.namespace.name}`;
}

describe('a caller', () => {
  it.each([
    ['everything of shop', 'its token', `Bearer ${token}`],
    ['everything of shop', 'its token in the spelling of JWT', `JWT ${token}`],
    ['the summary of shop', 'a token for summaries', `Bearer ${summaryToken}`],
    ['nothing', 'no token', undefined],
    ['nothing', 'a wrong token', `Bearer ${createToken('shop')}`],
    ['nothing', 'the token of a namespace that does not exist', `Bearer ${createToken('nowhere')}`],
    ['nothing', 'the token of a namespace that is disabled', `Bearer ${disabledToken}`],
    ['nothing', 'its token without a scheme', token],
    ['nothing', 'another scheme', `Basic ${token}`],
  ])('sees %s with %s', async (expected, _what, authorization) => {
    expect(await opened(authorization)).toBe(expected);
  });

  it('sees the summary of the public namespace without a token', async () => {
    expect(await opened(undefined, 'shop')).toBe('the summary of shop');
  });

  it.each(['nowhere', 'off'])('sees nothing without a token where the public namespace is %s', async (name) => {
    expect(await opened(undefined, name)).toBe('nothing');
  });

  it('sees nothing with a wrong token, although a namespace is public', async () => {
    expect(await opened(`Bearer ${createToken('shop')}`, 'shop')).toBe('nothing');
  });
});
