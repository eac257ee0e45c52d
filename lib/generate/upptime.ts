/** A site for Upptime: https://upptime.js.org/docs/configuration */
import { PASSING, reportUrl } from './consumer.ts';
import type { Consumer } from './consumer.ts';
import { yamlText } from './yaml.ts';

export const upptime: Consumer = {
  token: () => 'the secret HEALTHGATE_TOKEN of the repository',
  generate(plan) {
    const { namespace, checks } = plan;
    // One site alone: Upptime opens an issue for each site that is down, and publishes URLs, which must hold no token.
    const site = {
      name: namespace,
      url: reportUrl(plan, 'text'),
      method: 'GET',
      expectedStatusCodes: [200],
      headers: ['Authorization: Bearer $HEALTHGATE_TOKEN'],
      __dangerous__body_down_if_text_missing: PASSING,
    };
    const config = {
      owner: 'REPLACE-WITH-OWNER',
      repo: 'REPLACE-WITH-REPOSITORY',
      sites: [site],
      'status-website': {
        name: namespace,
        introMessage: `${String(checks.length)} checks. Down means that a critical one fails.`,
      },
    };
    const comment =
      'This is .upptimerc.yml. Add HEALTHGATE_TOKEN to the secrets of the repository, and to its workflows.';
    return [{ name: '.upptimerc.yml', text: yamlText(comment, config) }];
  },
};
