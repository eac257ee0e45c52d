/** The visit that the steps of the probe of Mattermost share. */
import type { CheckContext } from '../../engine/types.ts';
import { Visit } from '../../clients/mattermost/visit.ts';
import type { Visited } from '../../clients/mattermost/visit.ts';

export interface Config extends Visited {
  readonly team: string;
  readonly channel: string;
}

/** It undoes what it did when the run ends, and when its steps are called off. */
export function visitOf(config: Config, { share }: Pick<CheckContext, 'share'>): Promise<Visit> {
  return share(JSON.stringify(['mattermost_probe', config]), async () => {
    const visit = new Visit(config);
    const end = () => visit.end();
    return { value: visit, close: end, destroy: end };
  });
}
