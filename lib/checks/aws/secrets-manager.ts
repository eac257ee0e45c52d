import * as v from 'valibot';
import { defineKind } from '../kind.ts';
import { describe, text } from '../../clients/keys.ts';

export const secretsManager = defineKind({
  kind: 'secrets_manager',
  works: 'the secret is read afresh from the vault',
  keys: {
    secret: v.optional(describe(text(), "Name of the secret to read; the namespace's own unless set.")),
  },
  target: ({ secret }) => (secret === undefined ? "the namespace's secret" : `secret ${secret}`),
  // Which vault it is, the document does not know; where the vault fails too, the run finds out by itself.
  needs: () => [],
  check: ({ secret }, context) => context.proveVault(secret, context.signal),
});
