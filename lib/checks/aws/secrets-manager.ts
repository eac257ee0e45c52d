import * as v from 'valibot';
import { defineKind } from '../kind.ts';
import { describe, text } from '../../clients/keys.ts';

export const secretsManager = defineKind({
  kind: 'secrets_manager',
  works: 'a new read of the secret from the vault succeeds',
  couldPass: 'a secret whose value is out of date or wrong, since nobody but its user can tell',
  keys: {
    secret: v.optional(
      describe(text(), "Name of the secret to read; the namespace's own unless set.", 'prod/postgres'),
    ),
  },
  target: ({ secret }) => (secret === undefined ? "the namespace's secret" : `secret ${secret}`),
  // The document does not know which vault it is. If the vault itself fails, the run notices that.
  needs: () => [],
  check: ({ secret }, context) => context.proveVault(secret, context.signal),
});
