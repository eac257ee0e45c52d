import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';
import {
  destinationFault,
  eventBridgeKeys,
  eventBridgeNeeds,
  named,
  openEventBridge,
} from '../../clients/aws/eventbridge.ts';

export const eventbridgeApiDestination = defineKind({
  kind: 'eventbridge_api_destination',
  works: 'the API destination is active',
  couldPass: 'an endpoint that is wrong, down, or refuses every event, since AWS does not call it to find the state',
  keys: eventBridgeKeys,
  target: ({ name }) => named.destination(name),
  needs: eventBridgeNeeds,
  async check({ name, region }, context) {
    const events = await openEventBridge(region, context);
    const fault = destinationFault(named.destination(name), await events.describeDestination(name, context.signal));
    if (fault !== undefined) throw new UnhealthyError(fault);
  },
});
