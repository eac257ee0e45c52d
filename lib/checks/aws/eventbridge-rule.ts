import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';
import { eventBridgeKeys, eventBridgeNeeds, named, openEventBridge, ruleFault } from '../../clients/aws/eventbridge.ts';

export const eventbridgeRule = defineKind({
  kind: 'eventbridge_rule',
  works: 'the rule is enabled and has a target',
  couldPass: 'a pattern that matches no event, and a target that does not exist any more or refuses the events',
  keys: eventBridgeKeys,
  target: ({ name, bus }) => named.rule(name, bus),
  needs: eventBridgeNeeds,
  async check(config, context) {
    const { name, bus, region } = config;
    const target = eventbridgeRule.target(config);
    const events = await openEventBridge(region, context);
    const fault = ruleFault(target, await events.describeRule(name, bus, context.signal));
    if (fault !== undefined) throw new UnhealthyError(fault);
    if ((await events.listTargets(name, bus, context.signal)).length === 0)
      throw new UnhealthyError(`${target} has no target; its events go nowhere`);
  },
});
