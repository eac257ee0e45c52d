import { UnhealthyError } from '../../engine/errors.ts';
import { defineKind } from '../kind.ts';
import { connectionFault, eventBridgeKeys, named, openEventBridge } from './eventbridge.ts';

export const eventbridgeConnection = defineKind({
  kind: 'eventbridge_connection',
  works: 'the connection is authorized (or active, to a private API)',
  keys: eventBridgeKeys,
  target: ({ name }) => named.connection(name),
  async check({ name, region }, context) {
    const events = await openEventBridge(region, context);
    const fault = connectionFault(named.connection(name), await events.describeConnection(name, context.signal));
    if (fault !== undefined) throw new UnhealthyError(fault);
  },
});
