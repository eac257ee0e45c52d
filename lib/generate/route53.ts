/**
 * A CloudFormation template with a health check of Route 53, which sends no headers: the token is in the path.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-healthcheck.html
 */
import { PASSING } from './consumer.ts';
import type { Consumer } from './consumer.ts';
import { yamlText } from './yaml.ts';

export const route53: Consumer = {
  token: () => 'the secret in Secrets Manager that the parameter TokenSecret names',
  generate({ namespace, url }) {
    const { protocol, hostname, port, pathname } = new URL(url);
    const isHttps = protocol === 'https:';
    const secret = '{{resolve:secretsmanager:${TokenSecret}:SecretString}}';
    const path = `${pathname.replace(/\/$/, '')}/api/health/${secret}/?format=text&within=1.5`;
    const config = {
      Type: isHttps ? 'HTTPS_STR_MATCH' : 'HTTP_STR_MATCH',
      FullyQualifiedDomainName: hostname,
      Port: port === '' ? (isHttps ? 443 : 80) : Number(port),
      ResourcePath: { 'Fn::Sub': path },
      SearchString: PASSING,
      ...(isHttps && { EnableSNI: true }),
      RequestInterval: 30,
      FailureThreshold: 3,
    };
    const template = {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `Watches the namespace ${namespace} of Healthgate. It is healthy while working or degraded.`,
      Parameters: {
        TokenSecret: {
          Type: 'String',
          Description: 'The secret in Secrets Manager that holds a token of its own, and nothing else',
          Default: `healthgate-route53-${namespace}`,
        },
      },
      Resources: {
        HealthCheck: {
          Type: 'AWS::Route53::HealthCheck',
          Properties: {
            HealthCheckConfig: config,
            HealthCheckTags: [{ Key: 'Name', Value: `healthgate-${namespace}` }],
          },
        },
      },
      Outputs: { HealthCheckId: { Value: { 'Fn::GetAtt': ['HealthCheck', 'HealthCheckId'] } } },
    };
    const comment =
      'Everyone who may read the health check in Route 53 can read the token there: use one of its own.\n' +
      'Route 53 waits two seconds, so the run is cut off a little earlier.';
    return [{ name: 'route53.yml', text: yamlText(comment, template) }];
  },
};
