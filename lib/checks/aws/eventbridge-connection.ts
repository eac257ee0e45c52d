import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';
import {
  connectionFault,
  describeConnection,
  eventBridgeKeys,
  eventBridgeNeeds,
  named,
} from '../../clients/aws/eventbridge.ts';

export const eventbridgeConnection = defineKind({
  kind: 'eventbridge_connection',
  works: 'the connection is authorized (or active, if it leads to a private API)',
  couldPass:
    'a wrong password or API key, which AWS tries with the first event only, and credentials that were revoked since',
  keys: eventBridgeKeys,
  target: ({ name }) => named.connection(name),
  needs: eventBridgeNeeds,
  async check(config, context) {
    const fault = connectionFault(named.connection(config.name), await describeConnection(config, context));
    if (fault !== undefined) throw new UnhealthyError(fault);
  },
});
